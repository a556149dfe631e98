"""Prove on the live database that every promise holds."""
