"""Mail that comes in about bookings: calendar replies and delivery reports.

Doors: bounces, calendar_reply, replies.
"""
