"""What a trade association's autumn looks like, with invented people.

Doors: build.
"""
