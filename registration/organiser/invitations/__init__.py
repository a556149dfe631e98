"""Screens: the guest list of an event.

Doors: forms, views.
"""
