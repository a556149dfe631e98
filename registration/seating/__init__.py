"""Say in words how seats are given, why somebody has none, and what who waits may hope for.

Doors: explain, obstacles, public_rules, waitlist_outlook.
"""
