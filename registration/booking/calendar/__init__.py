"""The calendar entries and feeds of registrations.

Doors: entry, feed, owner, registrations, services.
"""
