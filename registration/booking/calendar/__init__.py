"""The calendar entries and feeds of registrations."""
