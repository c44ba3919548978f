"""What may leave the house at this moment, by the settings that are in force.

The rules are ``bot/wording``'s; this says which of their findings keep a text in. A claim without
evidence is held while somebody is there to give it (the configuration, who types a 公告); at the
last door there is nobody, and only what is forbidden stays in. There nobody knows either whether a
text is a post, which may call everybody; where an answer is written it is known.
"""

from collections.abc import Iterable
from typing import Final

from bot.settings.policy import policy_of
from bot.settings.schema.persona import PersonaFile
from bot.settings.settings import Settings
from bot.wording.review import review
from bot.wording.rule import Finding, Grade, Origin

_HELD: Final = frozenset({Origin.OPERATOR, Origin.MODEL})
"""What was written just now, by somebody who can still write it otherwise."""


def refusal(
    text: str,
    settings: Settings,
    *,
    persona: PersonaFile | None = None,
    origin: Origin = Origin.POST,
    quoted: Iterable[str] = (),
) -> str:
    """Why ``text`` stays in at the last door, for the log; empty when it may go.

    ``persona`` is who says it, the main one if not given. ``quoted`` are members' own words in it.
    """
    finding = first_stop(text, settings, persona=persona, origin=origin, quoted=quoted)
    return "" if finding is None else f"it contains {finding.what!r}: {finding.why}"


def refusal_by(text: str, settings: Settings, persona: PersonaFile | None) -> str:
    """``refusal`` of what ``persona`` says; None: of what any of them might have said.

    Each has words that do not suit it, and what waits in the outbox does not tell who spoke.
    """
    speakers = (settings.persona, *settings.personas.values()) if persona is None else (persona,)
    why = ""
    for speaker in speakers:
        why = refusal(text, settings, persona=speaker)
        if not why:
            break
    return why


def first_stop(
    text: str,
    settings: Settings,
    *,
    persona: PersonaFile | None = None,
    origin: Origin,
    quoted: Iterable[str] = (),
) -> Finding | None:
    """The worst that keeps ``text`` in, with its reason and what to write instead."""
    found = review(text, policy_of(settings, persona), origin=origin, quoted=quoted)
    stops = {Grade.BLOCK, Grade.HOLD} if origin in _HELD else {Grade.BLOCK}
    return found[0] if found and found[0].grade in stops else None
