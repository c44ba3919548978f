"""What members have said of themselves: a few typed facts that each of them can see and delete."""
