"""Mail: decided in the transaction, kept in the outbox, sent later by the worker.

Doors: addresses, checks, composing, envelope, holding, incoming, invariants, models, outbox, queries,
reports, trial, views, wording, worker.
"""
