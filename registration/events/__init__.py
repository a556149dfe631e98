"""What is held, when, where, in which words, open or not.

Doors: access, asking, models, programme_links, queries, rules, services, summary, wording.
"""
