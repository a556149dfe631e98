"""What can be done with bookings; each public function is one transaction."""
