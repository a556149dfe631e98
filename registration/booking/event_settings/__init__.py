"""What an organiser changes about an event and its registrations: capacity, waitlist, sessions, closing."""
