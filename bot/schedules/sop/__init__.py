"""SOP: what a member is told by the days since something happened to him. See due.py first."""
