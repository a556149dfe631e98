"""The registration form: from what an event asks to a validated application.

Doors: application, attendee_blocks, choices, fields, labels, meanwhile, option_notes, people,
programme_sheet, promise, registration, sheet, spec, validation.
"""
