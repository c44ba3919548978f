"""What was made of a part of the settings, kept for as long as that part is in force."""

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

Part = TypeVar("Part")
Made = TypeVar("Made")

KEPT: Final = 8
"""Parts of which what was made is kept: the settings in force, those before, and those of tests."""


def made_once(make: Callable[[Part], Made]) -> Callable[[Part], Made]:
    """``make``, asked once for each of the last few parts.

    Parts are told apart by identity: settings are replaced as a whole and never changed, and to
    hash a large section takes longer than to use what was made of it.
    """
    kept: deque[tuple[Part, Made]] = deque(maxlen=KEPT)

    @wraps(make)
    def find(part: Part) -> Made:
        for known, made in kept:
            if known is part:
                return made
        made = make(part)
        kept.appendleft((part, made))
        return made

    return find
