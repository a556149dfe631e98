"""Limits that the operator sets and that rules far from a request must know."""

from flask import current_app


def max_per_address() -> int:
    """Return how many bookings of one event an address may have at a time."""
    return int(current_app.config["MAX_PER_ADDRESS"])
