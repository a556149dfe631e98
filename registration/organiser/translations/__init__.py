"""Screens: an event's and a programme's words in other languages.

Doors: forms, services, views.
"""
