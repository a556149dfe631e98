"""Screen and feed: the team's own calendar.

Doors: views.
"""
