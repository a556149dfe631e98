"""Screens: questions of an event."""
