"""The known word that somebody who wrote an unknown one had in mind."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_MOST_LISTED = 12
"""Longer lists help nobody."""


def meant(word: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that somebody who wrote ``word`` probably meant."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def nearest(word: str, known: Sequence[str]) -> str:
    """What to write instead of the unknown ``word``: the one meant, or all there are."""
    if close := meant(word, known):
        return f"write {close} instead"
    if not known or len(known) > _MOST_LISTED:
        return "remove it"
    return f"write one of {', '.join(known)}"
