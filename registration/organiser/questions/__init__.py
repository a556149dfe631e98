"""Screens: questions of an event.

Doors: views.
"""
