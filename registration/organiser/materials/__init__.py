"""Screens: presentations and documents of an event.

Doors: views.
"""
