"""Randomness is an argument: functions that draw take a ``random.Random``.

Production passes ``secure()``; tests pass ``random.Random(seed)``, which has the same methods.
"""

import random


def secure() -> random.Random:
    """The operating system's entropy, for shares, codes and keys."""
    return random.SystemRandom()
