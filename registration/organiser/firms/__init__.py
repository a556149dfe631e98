"""Screen: coordinators of organisations.

Doors: views.
"""
