"""Organisers and their teams, and how they sign in.

Doors: access, models, queries, security, services, signing.
"""
