"""Screen: the organiser's settings."""
