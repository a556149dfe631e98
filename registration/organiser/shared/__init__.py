"""What the screens of the back office share: page frame, fields, and how colleagues meet in one form.

Doors: concurrent_form, consequences, fields, local_times, screen, zones.
"""
