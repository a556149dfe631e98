"""Screen: asking attendees whether they still come.

Doors: views.
"""
