"""The rewards as anybody would keep them on paper, beside the program's own."""
