"""A question in the form in which it may be kept: short, and without what tells whose it is. Pure.

A kept question is read by super users and, once it is answered, by everybody.
"""

import re
from typing import Final

from bot.core.text import normalise
from bot.wording.policy import Policy
from bot.wording.review import review
from bot.wording.rule import Grade

MOST_CHARACTERS: Final = 80
LEAST_CHARACTERS: Final = 4
"""Letters and digits; a shorter text is no question."""

MASK: Final = "＊"
"""Stands where something private was."""

_PRIVATE: Final = re.compile(
    r"(?:https?://|www\.)\S+"  # addresses
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # mail
    r"|@[^\s@,，。!?]+"  # people
    r"|[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*\d[A-Za-z0-9_-]{4,}"  # orders, accounts, codes
    r"|\+?\d[\d -]{5,}\d[Xx]?",  # phones, cards, identity numbers
)

_MASKS: Final = re.compile(rf"{MASK}(?:\s*{MASK})+")


def mask_question(text: str) -> str:
    """``text`` masked and cut; empty when too little is left to be a question."""
    masked = _MASKS.sub(MASK, _PRIVATE.sub(MASK, normalise(text)))[:MOST_CHARACTERS].strip()
    said = sum(character.isalnum() for character in masked)
    return masked if said >= LEAST_CHARACTERS else ""


def present_question(text: str, policy: Policy) -> str:
    """A kept question as we may show it: a member may ask with words that we may not say."""
    for finding in sorted(review(text, policy), key=lambda found: -found.start):
        if finding.grade is not Grade.WARN:
            end = finding.start + len(finding.what)
            text = f"{text[: finding.start]}{MASK}{text[end:]}"
    return text
