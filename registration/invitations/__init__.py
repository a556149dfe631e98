"""Who is invited in person: the list, the links, the mails and the answers.

Doors: encodings, invariants, letters, queries, rules, services, views.
"""
