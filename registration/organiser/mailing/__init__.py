"""Screens: messages to attendees, their delivery, and the organiser's own mail texts."""
