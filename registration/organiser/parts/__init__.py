"""Screens: categories and sessions of an event.

Doors: session_forms, views.
"""
