"""Screens: capacity, waitlist and its settings."""
