"""Screen: who finds an event and who may register.

Doors: views.
"""
