"""persona.yaml, manners: what members have a right to, and how the persona types."""

from datetime import date, time
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Count, LocalTime, Positive, Section, Weekday, Words

_WORKING_DAYS = (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI)


class Office(Section):
    """When somebody of the brand is there. What members are promised is reckoned by it."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = Field(
        default=_WORKING_DAYS, json_schema_extra={"default": [str(day) for day in _WORKING_DAYS]}
    )
    """The days of the week."""

    opens: LocalTime = Field(default=time(10), json_schema_extra={"default": "10:00"})
    """The local hour from which …"""

    closes: LocalTime = Field(default=time(19), json_schema_extra={"default": "19:00"})
    """… to which somebody is there; the same day."""

    closed_on: tuple[date, ...] = ()
    """Dates on which nobody is there, for example 2027-02-17."""


class TicketRules(Section):
    """工单: what becomes of a member's call for a person. Minutes are those of office hours."""

    on_duty: tuple[Words, ...] = ()
    """User ids of those who are told first; without any, all operators are."""

    answer_minutes: Positive = 30
    """Within so many minutes a member is promised an answer."""

    remind_minutes: Positive = 15
    """After so many minutes without an answer those on duty are reminded, …"""

    reminders: Count = 2
    """… so often; then all operators and the group's owners are, on each working day anew."""

    close_hours: Positive = 48
    """An answered call ends by itself after so many hours without another word."""


class Crisis(Section):
    """Words of somebody who may be in danger: a person is called at once, at any hour."""

    words: Annotated[tuple[Words, ...], Field(min_length=1)] = ("自杀", "不想活", "轻生")
    """What he says; found anywhere in a text."""

    unless: tuple[Words, ...] = ()
    """Harmless words that contain one of them."""

    remind_minutes: Positive = 5
    """So often everybody is reminded, day and night, until somebody takes the call."""


class AiNotice(Section):
    """When the persona says that it is an AI. Its first answer always does."""

    again_minutes: Annotated[int, Field(strict=True, ge=1, le=120)] = 120
    """It says so again after so many minutes of unbroken talk."""

    gap_minutes: Annotated[int, Field(strict=True, ge=1, le=120)] = 30
    """A silence of so many minutes ends a talk."""

    each_talk: bool = False
    """Whether it says so at the beginning of every talk."""


class Typing(Section):
    """The rhythm of what is sent by itself; answers in an open request never wait."""

    characters_a_second: Count = 0
    """How fast the persona types; 0: at once."""

    most_seconds: Positive = 4
    """It never takes longer than so many seconds over a text."""

    between_seconds: Count = 0
    """Pause between two texts in a row in one conversation."""


class Manners(Section):
    """Rights of members, and the rhythm of the persona."""

    office: Office = Office()
    """Office hours 值班时间."""

    tickets: TicketRules = TicketRules()
    """Calls for a person 工单."""

    crisis: Crisis = Crisis()
    """Words of somebody who may be in danger."""

    ai_notice: AiNotice = AiNotice()
    """When the persona says that it is an AI."""

    typing: Typing = Typing()
    """Typing rhythm."""
