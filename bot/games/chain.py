"""成语接龙: which idiom was meant, whether it continues the last one, and what the bot says. Pure.

Members may use any idiom that the dictionary knows; the bot uses common ones only, and those first
that can be continued.
"""

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from bot.games.game import MissedBecause
from bot.games.guessing import Sounds, bare

LENGTH: Final = 4
MOST_AROUND: Final = 3
"""Characters before an idiom that somebody addressed to the bot: 我接…."""

Fit = Callable[[str], bool]
"""Whether the bot may say a word."""


@dataclass(frozen=True, slots=True)
class Idioms:
    """Idioms of four characters with how often each occurs, and how characters are read."""

    counts: Mapping[str, int]
    sounds: Sounds

    def link(self, before: str, after: str, *, by_sound: bool) -> bool:
        """Whether ``after`` begins as ``before`` ends."""
        last, first = before[-1], after[0]
        if last == first:
            return True
        nothing: frozenset[str] = frozenset()
        same = self.sounds.get(last, nothing) & self.sounds.get(first, nothing)
        return by_sound and bool(same)


def read_idiom(typed: str, idioms: Idioms) -> str | None:
    """The four characters that were meant as an idiom, known or not; None for other talk."""
    said = bare(typed)
    if LENGTH < len(said) <= LENGTH + MOST_AROUND and said[-LENGTH:] in idioms.counts:
        return said[-LENGTH:]
    return said if len(said) == LENGTH else None


def judge(
    word: str, before: str, used: Collection[str], idioms: Idioms, *, by_sound: bool
) -> MissedBecause | None:
    """What is wrong with ``word`` behind ``before``; None for nothing."""
    if word in used:
        return MissedBecause.SAID_BEFORE
    if not idioms.link(before, word, by_sound=by_sound):
        return MissedBecause.UNLINKED
    return None if word in idioms.counts else MissedBecause.UNKNOWN


def choose_link(
    before: str,
    used: Collection[str],
    idioms: Idioms,
    *,
    by_sound: bool,
    least: int,
    fit: Fit,
    rng: random.Random,
) -> str | None:
    """What the bot says behind ``before``; a new beginning where it knows no continuation.

    None when it has said every common idiom there is.
    """
    common = [word for word, count in idioms.counts.items() if count >= least and word not in used]
    linked = [word for word in common if idioms.link(before, word, by_sound=by_sound)]
    firsts = {word[0] for word in idioms.counts}
    for words in (linked, common):
        drawn = rng.sample(words, len(words))
        in_turn = sorted(drawn, key=lambda word: word[-1] not in firsts)
        said = next((word for word in in_turn if fit(word)), None)
        if said is not None:
            return said
    return None
