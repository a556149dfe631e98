"""Decides who is notified of a change, and puts it into the outbox.

Doors: consequences, handover, kinds, notify, own_seat, too_large.
"""
