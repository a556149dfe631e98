"""Composes the emails about registrations from what is true when they are sent.

Doors: calendar_address, calendar_part, handover, own_seat, placeholders, programme, registration.
"""
