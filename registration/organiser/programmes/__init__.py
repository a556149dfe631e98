"""Screens: programmes of linked events."""
