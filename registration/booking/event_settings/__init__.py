"""What an organiser changes about an event and its registrations: capacity, waitlist, sessions, closing.

Doors: capacity, closing, sessions, usage, waitlist.
"""
