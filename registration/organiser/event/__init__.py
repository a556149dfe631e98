"""Screens: the overview of an event, its details, closing, cancelling and activity.

Doors: closing_views, forms, journal_views, overview_views, queries, services, views.
"""
