"""Screens: the guest list of an event."""
