"""Red packets 红包: drawn when they are opened, handed out in the order of arrival."""
