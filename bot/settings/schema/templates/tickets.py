"""Calls for a person: what the member is told, what the staff is, and how waits are named."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label, speech

_CALL: Final = ("name", "number", "group", "text", "take", "answer")
_WAIT: Final = ("number", "member", "waited", "text", "take", "answer")

TICKETS: Final[dict[str, TemplateShape]] = {
    "tickets.called": speech("name", "number", "at", "withdraw"),
    "tickets.called_later": speech("name", "number", "opens", "at", "withdraw"),
    "tickets.joined": speech("name", "number", "at", "withdraw"),
    "tickets.joined_late": speech("name", "number"),
    "tickets.withdrawn": speech("name", "number"),
    "tickets.crisis": label("name"),
    "tickets.crisis_in_group": label("name"),
    "tickets.answer": speech("name", "colleague", "text", "number", "human", "withdraw"),
    "tickets.late": speech("name", "number"),
    "tickets.staff_called": label(*_CALL),
    "tickets.staff_more": label(*_CALL),
    "tickets.staff_crisis": label(*_CALL),
    "tickets.staff_reminder": label(*_WAIT),
    "tickets.staff_urgent": label(*_WAIT),
    "tickets.list": label("count", "lines"),
    "tickets.list_sent": label("name"),
    "tickets.line": label("number", "member", "state", "text"),
    "tickets.line_urgent": label("number", "member", "state", "text"),
    "tickets.state_open": label("waited"),
    "tickets.state_taken": label("waited", "colleague"),
    "tickets.state_answered": label(),
    "tickets.none": label("name"),
    "tickets.taken": label("number", "member", "text", "answer", "close"),
    "tickets.taken_told": label("name"),
    "tickets.answered": label("number", "member"),
    "tickets.closed": label("number"),
    "tickets.no_such": label("name"),
    "tickets.over": label("number"),
    "tickets.taken_by_other": label("number", "colleague"),
    "tickets.no_road": label("number", "member"),
    "tickets.blocked": label("word", "why", "instead"),
    "tickets.bad_number": label("name", "word"),
    "tickets.bad_answer": label("name", "word"),
    "tickets.today": label("at"),
    "tickets.tomorrow": label("at"),
    "tickets.on_day": label("month", "day", "at"),
    "tickets.minutes": label("minutes"),
    "tickets.hours": label("hours"),
    "tickets.no_wait": label(),
}
