"""Read models of bookings and registrations.

Doors: alternatives, bookings, dependants, endings, handovers, links, own_seats.
"""
