"""Screens: capacity, waitlist and its settings.

Doors: capacity_views, line_views, waitlist_views.
"""
