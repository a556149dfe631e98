"""Decides who is notified of a change, and puts it into the outbox."""
