"""红包 in chat: sending, claiming, looking how far it is, and telling how it ended."""
