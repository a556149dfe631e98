"""Mail: decided in the transaction, kept in the outbox, sent later by the worker."""
