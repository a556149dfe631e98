"""Screens: the overview of an event, its details, closing, cancelling and activity."""
