"""Screens: messages to attendees, their delivery, and the organiser's own mail texts.

Doors: delivery_views, emails, models, services, text_views, views.
"""
