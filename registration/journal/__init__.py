"""What happened: who, what, when, why; append-only."""
