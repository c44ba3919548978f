"""The knowledge base: a question in other words finds its answer, or the honest lack of one."""
