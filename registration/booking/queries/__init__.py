"""Read models of bookings and registrations."""
