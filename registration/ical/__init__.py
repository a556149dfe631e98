"""Events and registrations as iCalendar (RFC 5545, 5546, 7986).

Doors: answers, entries, feeds, links, models, queries, services, views.
"""
