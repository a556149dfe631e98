"""Prove on the live database that every promise holds.

Doors: examine, repair.
"""
