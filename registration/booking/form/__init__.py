"""The registration form: from what an event asks to a validated application.

Doors: attendee_blocks, choices, definition, fields, labels, meanwhile, option_notes, people,
programme_definition, promise, registration, spec, validation.
"""
