"""What the clock makes due: expired offers and holds, reminders, cleanup."""
