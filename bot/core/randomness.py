"""Randomness is an argument: functions that draw take a ``random.Random``.

Production passes ``secure()``; tests pass ``random.Random(seed)``, which has the same methods.
"""

import random


def secure() -> random.Random:
    """The operating system's entropy, for shares, codes and keys."""
    return random.SystemRandom()


def quick(source: random.Random) -> random.Random:
    """A fast generator seeded from ``source``, for choices that nobody gains by foreseeing.

    Asking the operating system takes longer than everything else about choosing a variant.
    """
    return random.Random(source.getrandbits(128))
