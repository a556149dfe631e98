"""One form to seats, people, their links and their mail.

Doors: admission.services, answers.file_types, answers.shared, changes.attendance, changes.cancel,
changes.contact_again, changes.decide, changes.handover, changes.move, changes.offers, changes.party,
changes.target, changes.verify_address, emails.calendar_address, emails.calendar_part, emails.handover,
emails.own_seat, emails.placeholders, emails.programme, emails.registration, event_settings.capacity,
event_settings.closing, event_settings.sessions, event_settings.usage, event_settings.waitlist,
form.definition, form.fields, form.people, form.promise, form.registration, form.spec, inbound.bounces,
inbound.calendar_reply, inbound.replies, invariants, models, notifications.consequences,
notifications.kinds, notifications.notify, queries.bookings, queries.dependants, rules,
tasks.event_reminders, tasks.offer_reminders, tasks.sweep, tickets, views, views.filling, views.handover,
views.opening, views.page_parts, views.register.
"""
