"""Everything an attendee or organiser may change about a registration; each one transaction.

Doors: attendance, cancel, change_address, contact_again, decide, edit, handover, move, offers, party,
send_links, target, unsubscribe, verify_address, written.
"""
