"""What a step of a plan says: to one member alone, or to those whom it calls in their group.

The variants of a step go round in a group, so that neighbours who compare do not find one text.
Nobody else ever reads a member's numbers, and each private message tells how to end them.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.core.ids import ChannelKey
from bot.core.messages import Text
from bot.persona.card import called
from bot.persona.voice import Voice
from bot.schedules.sop.decide import Case
from bot.schedules.sop.rows import Figures
from bot.settings.policy import policy_of
from bot.settings.schema.commands import CommandName
from bot.settings.settings import Settings, posting_place
from bot.wording.marks import mark_ad


def private_text(
    voice: Voice, settings: Settings, case: Case, figures: Figures, now: datetime
) -> Text:
    """A step for one member, to himself alone."""
    speaking = _speaking(voice, settings, case, now)
    text = _say(
        speaking,
        settings,
        case,
        now,
        name=called(settings.persona_of(case.group), case.facts.name),
        checkins=figures.checkins,
        talks=figures.talks,
        points=figures.points,
    )
    stop = settings.commands.commands[CommandName.UNSUBSCRIBE].words[0]
    return Text(speaking.say("sop.private", scope=_scope(case), text=text, stop=stop))


def calling_text(voice: Voice, settings: Settings, cases: Sequence[Case], now: datetime) -> Text:
    """A step for several members of a group, said once before all; ``cases`` are of one step."""
    case = cases[0]
    speaking = _speaking(voice, settings, case, now)
    comma = speaking.say("list.comma", scope=_scope(case))
    names = [other.facts.name for other in cases]
    text = _say(speaking, settings, case, now, name=comma.join(names))
    channel, _ = posting_place(case.group)
    if settings.table(ChannelKey(channel)).mentions:
        people = [other.facts.user_id for other in cases]
        return Text(text, mentions=tuple(person for person in people if person is not None))
    marked = " ".join(f"@{name}" for name in names)
    return Text(speaking.say("sop.called", scope=_scope(case), names=marked, text=text))


def _say(voice: Voice, settings: Settings, case: Case, now: datetime, **slots: object) -> str:
    """One of the step's texts, marked as advertising where it leads to a shop."""
    persona = settings.persona_of(case.group)
    text = voice.choose(
        f"sop/{case.plan.key}/{case.step.key}",
        case.step.texts,
        scope=_scope(case),
        group=case.group.name,
        persona=persona.name,
        brand=settings.bot.brand.name,
        days=(now - case.row.began_at).days,
        **slots,
    )
    return mark_ad(text, policy_of(settings, persona))


def _speaking(voice: Voice, settings: Settings, case: Case, now: datetime) -> Voice:
    """The voice of the group's persona, at the group's time of day."""
    local = now.astimezone(settings.zone_of(case.group))
    return voice.speaking_as(settings.persona_of(case.group), local=local)


def _scope(case: Case) -> str:
    return f"group/{case.group.key}"
