"""What the clock makes due: expired offers and holds, reminders, cleanup.

Doors: event_reminders, offer_reminders, sweep.
"""
