"""Screens: the attendee list, one registration, decisions, check-in, exports."""
