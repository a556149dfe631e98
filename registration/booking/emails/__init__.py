"""Composes the emails about registrations from what is true when they are sent."""
