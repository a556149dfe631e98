"""Database, clock, tokens, text, settings: knows no feature."""
