"""Ask those who have a seat whether they still come, and free the seats of who does not answer.

Doors: chores, letters, models, queries, rules, services, views.
"""
