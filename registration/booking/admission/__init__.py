"""Admits what a form asks for: seats, or places on the waitlist, decided at the locked gates.

Doors: access, attendees, pool_needs, prerequisites, services.
"""
