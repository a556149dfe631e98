"""One link for whoever looks after all the people of a firm.

Doors: models, queries, services, views.
"""
