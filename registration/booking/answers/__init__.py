"""What attendees answered to an event's questions, files included.

Doors: carry_over, file_types, queries, shared, uploads.
"""
