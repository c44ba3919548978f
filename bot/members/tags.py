"""Which tag rules an act matches. Pure; the counting is done where the hits are written."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core.ids import EventKey, MemberId
from bot.core.text import fold, normalise
from bot.members.people import TagHit
from bot.settings.schema.members import Act, MembersFile, Tag, TagRule

EVIDENCE_CHARACTERS = 24


def match_rules(
    file: MembersFile,
    *,
    member_id: MemberId,
    acts: Sequence[Act],
    text: str,
    event_key: EventKey,
    at: datetime,
) -> tuple[TagHit, ...]:
    """The hits of one event, one for each rule that matches.

    ``text`` is what was typed, empty for acts without words.
    """
    tags = {tag.key: tag for tag in file.tags}
    return tuple(
        TagHit(
            member_id=member_id,
            tag=rule.tag,
            rule=rule_name(rule),
            event_key=event_key,
            at=at,
            times=rule.times,
            within_days=rule.within_days,
            for_days=rule.for_days,
            confidence=rule.confidence,
            evidence=evidence,
            exclusive=rivals_of(tags[rule.tag], file.tags),
        )
        for rule in file.rules
        if (evidence := _evidence(rule, acts, text))
    )


def rule_name(rule: TagRule) -> str:
    """A name that stays the same while the rule asks for the same thing."""
    words = "|".join(sorted(rule.keywords))
    return f"{rule.tag}/{rule.act}/{hashlib.sha256(words.encode()).hexdigest()[:8]}"


def _evidence(rule: TagRule, acts: Iterable[Act], text: str) -> str:
    """What made the rule match, in a few words; empty when it does not."""
    if rule.act not in acts:
        return ""
    if not rule.keywords:
        return str(rule.act)
    folded = fold(text)
    if any(fold(word) in folded for word in rule.unless):
        return ""
    keyword = next((word for word in rule.keywords if fold(word) in folded), "")
    if not keyword:
        return ""
    return _around(text, keyword)


def _around(text: str, keyword: str) -> str:
    """The place of ``keyword`` in ``text``, cut short: evidence, not a copy of the message."""
    shown = normalise(text)
    place = max(shown.casefold().find(fold(keyword)), 0)
    start = max(0, place - max(EVIDENCE_CHARACTERS - len(keyword), 0) // 2)
    return shown[start : start + EVIDENCE_CHARACTERS] or keyword


def rivals_of(tag: Tag, tags: Iterable[Tag]) -> tuple[str, ...]:
    """The keys of the tags that ``tag`` pushes out."""
    if not tag.exclusive:
        return ()
    return tuple(
        other.key for other in tags if other.exclusive == tag.exclusive and other.key != tag.key
    )
