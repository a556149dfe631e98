"""Links that open without an account: the token is the permission.

Doors: links, models, services.
"""
