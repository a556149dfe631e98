"""Screens: categories and sessions of an event."""
