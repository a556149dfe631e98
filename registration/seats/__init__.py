"""The seat engine: queue, pools, waitlist, invariants. Knows no person, no mail, no HTTP.

Doors: attendance, changing, counters, engine, firm_keys, gate, invariants, ledger, ledger_audit, limits,
line, models, names, parties, queries, recount, reservations, rules, too_large.
"""
