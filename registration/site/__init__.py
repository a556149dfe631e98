"""The public pages: what is coming, an event, a programme, an organiser.

Doors: cards, ledger, poster, views.
"""
