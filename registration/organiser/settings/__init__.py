"""Screen: the organiser's settings.

Doors: team_views, views.
"""
