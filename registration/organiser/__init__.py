"""The back office: organisers set capacities, watch them fill, export lists, run the door.

Doors: attendees.exports, attendees.queries, event.services, mailing.emails, mailing.models,
mailing.services, urls.
"""
