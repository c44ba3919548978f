"""Others' words in our mouth: a name, a wish, a word that somebody must be told about.

What we may not say is not said either when somebody is called so; his message is answered anyway.
"""

from bot.wording.policy import Policy
from bot.wording.review import review
from bot.wording.rule import Grade, Origin


class Reviewed(str):
    """Words of an owner that were reviewed as such, and are repeated as they are."""

    __slots__ = ()


def starred(words: str, policy: Policy) -> str:
    """``words`` of a member, with stars in place of what may not be said."""
    if isinstance(words, Reviewed):
        return words
    signs = list(words)
    for finding in review(words, policy, origin=Origin.ANSWER):
        if finding.grade is Grade.BLOCK:
            end = finding.start + len(finding.what)
            signs[finding.start : end] = "＊" * (end - finding.start)
    return "".join(signs)


def spelled(word: str) -> str:
    """A refused ``word`` so that it can be told to whoever wrote it: with dots between its signs.

    The dots are no disguise to the eye, and keep the telling itself from being refused.
    """
    return "·".join(word) if len(word) > 1 else "＊"
