"""Our own pages, where members of customer groups act: the platform gives bots no ears there."""
