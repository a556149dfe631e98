"""Screens: programmes of linked events.

Doors: services, views.
"""
