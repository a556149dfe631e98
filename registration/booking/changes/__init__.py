"""Everything an attendee or organiser may change about a registration; each one transaction."""
