"""The registration form: from what an event asks to a validated application."""
