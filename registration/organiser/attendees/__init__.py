"""Screens: the attendee list, one registration, decisions, check-in, exports.

Doors: checkin_views, contact_views, decision_views, export_views, exports, file_views, list_views, queries,
registration_views.
"""
