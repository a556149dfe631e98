"""Screens: programmes of linked events.

Doors: views.
"""
