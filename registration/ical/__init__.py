"""Events and registrations as iCalendar (RFC 5545, 5546, 7986)."""
