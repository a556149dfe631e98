"""What happened: who, what, when, why; append-only.

Doors: models, queries, reasons, services, wording.
"""
