"""Registration for events with limited seats."""

from registration.app import create_app

__all__ = ["create_app"]
