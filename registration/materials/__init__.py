"""What people find when all is over: papers, and certificates of attendance.

Doors: queries, services, views.
"""
