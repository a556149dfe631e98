"""What is kept of people, and how these pages can be used by everybody.

Doors: views.
"""
