"""Organisers and their teams, and how they sign in."""
