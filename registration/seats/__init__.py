"""The seat engine: queue, pools, waitlist, invariants. Knows no person, no mail, no HTTP."""
