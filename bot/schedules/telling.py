"""What goes out with a decision: the post to its group, and letters to those who are asked."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.core.ids import UserId
from bot.core.messages import Outgoing, Text
from bot.schedules.advance import Asking
from bot.schedules.decide import Decision, Situation
from bot.schedules.mix import Choice
from bot.schedules.records import Origin, SlotState
from bot.schedules.rendering import Rendered, Speaks
from bot.schedules.slots import Slot, quiet_after
from bot.settings.schema.bot import Group
from bot.settings.schema.channels import CustomerContact
from bot.settings.settings import Settings, posting_place
from bot.wording.repeating import Reviewed


def outgoings_of(
    situation: Situation,
    rendered: Iterable[tuple[Decision, Rendered | None]],
    askings: Iterable[Asking],
    voice: Speaks,
) -> Iterator[Outgoing]:
    """All messages that decisions, with their posts, and requests for approval cause."""
    settings, group = situation.settings, situation.group
    voice = voice.speaking_as(settings.persona_of(group))
    for decision, post in rendered:
        if post is not None:
            expires_at = None  # an owner's own word has no end
            if decision.origin is not Origin.OWNER:
                expires_at = expiry(settings, group, decision.at)
            place = posting_place(group)
            for part, message in post.messages:
                key = f"slot/{decision.slot.key}{part}"
                yield Outgoing(key, *place, message, expires_at=expires_at)
        elif decision.chosen is not None and decision.state is SlotState.ASKED:
            yield from _questions(situation, decision, decision.chosen, voice)
        elif decision.chosen is not None and decision.wanting:
            yield from _regrets(situation, decision, decision.chosen, voice)
    for asking in askings:
        yield from _requests(situation, asking, voice)


def _questions(
    situation: Situation, decision: Decision, choice: Choice, voice: Speaks
) -> Iterator[Outgoing]:
    """The owners are asked whether a late post shall come."""
    question = voice.say(
        "late.question",
        **_names(situation, decision.slot, choice, "owners"),
        minutes=decision.minutes_late,
    )
    return _letters(situation, f"slot/{decision.slot.key}/ask", _owners(situation), question)


def _regrets(
    situation: Situation, decision: Decision, choice: Choice, voice: Speaks
) -> Iterator[Outgoing]:
    """The owners, and whoever could have approved a post, are told that it did not come."""
    comma = voice.say("list.comma", scope=situation.group.key)
    regret = voice.say(
        "plan.not_approved",
        **_names(situation, decision.slot, choice, "approval"),
        group=situation.group.name,
        people=comma.join(decision.wanting),
    )
    people = dict.fromkeys((*decision.wanting, *_owners(situation)))
    return _letters(situation, f"slot/{decision.slot.key}/not_approved", people, regret)


def _requests(situation: Situation, asking: Asking, voice: Speaks) -> Iterator[Outgoing]:
    """Whoever may approve a post is asked, with the post before his eyes."""
    request = voice.say(
        "plan.approval_asked",
        **_names(situation, asking.slot, asking.choice, "approval"),
        group=situation.group.name,
        text=Reviewed(asking.choice.words),
    )
    key = f"slot/{asking.slot.key}/approval/{asking.version}"
    return _letters(situation, key, asking.people, request)


def _owners(situation: Situation) -> tuple[str, ...]:
    return situation.group.owners or situation.settings.bot.operators


def _names(situation: Situation, slot: Slot, choice: Choice, about: str) -> dict[str, str]:
    """How a letter names a slot and its post, and the conversation that it belongs to."""
    group = situation.group
    due = slot.due_at.astimezone(situation.settings.zone_of(group))
    return {
        "scope": f"{group.roster.channel}/{group.key}/{about}",
        "day": f"{due:%m-%d}",
        "at": f"{due:%H:%M}",
        "title": choice.item.front.title,
    }


def _letters(
    situation: Situation, key: str, people: Iterable[str], text: str
) -> Iterator[Outgoing]:
    for person in people:
        place = situation.settings.private_place(situation.group, UserId(person))
        if place is not None:
            yield Outgoing(f"{key}/{person}", *place, Text(text))


def expiry(settings: Settings, group: Group, at: datetime) -> datetime:
    """When a post of ``at`` that is still not sent is late news: by the calendar, or at night.

    What an employee must confirm has the time that he has.
    """
    calendar, channel = settings.calendar, settings.bot.channels[group.posts.channel]
    late = at + timedelta(minutes=calendar.late.within_minutes)
    if isinstance(channel, CustomerContact):
        late = at + timedelta(hours=channel.task_hours)
    return min(late, quiet_after(at, settings.zone_of(group), calendar.quiet_hours))
