"""Say in words how seats are given, why somebody has none, and what who waits may hope for."""
