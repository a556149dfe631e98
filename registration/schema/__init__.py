"""The schema: every table, the migrations, and whether the database is ready.

Doors: copies, migrations, standing, statistics, views.
"""
