"""Screen: coordinators of organisations."""
