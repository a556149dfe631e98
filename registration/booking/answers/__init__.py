"""What attendees answered to an event's questions, files included."""
