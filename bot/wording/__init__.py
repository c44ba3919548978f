"""What may be said, and what not: the rules for every text that leaves the house.

It knows texts and rules, not people. Who asks says which rules hold (``Policy``)
and who wrote the text (``Origin``).
"""
