"""Mail that comes in about bookings: calendar replies and delivery reports."""
