"""Mass sends (企业群发): a call makes tasks for employees, and only an employee's yes sends.

A receiver, customer or customer group, takes only so many mass messages; who made them does not
matter (92135). What was sent counts when it is sent.
"""

import calendar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.simulator.contact.content import Content, content_from_json
from bot.simulator.world import World

PLATFORM_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Whose days and months count."""


class Allowance(StrEnum):
    """How many mass messages a receiver takes, by the company's setting (92135)."""

    MONTHLY = "monthly"
    """As many in a month as the month has days."""

    WEEKLY = "weekly"
    """Seven in a week."""

    DAILY = "daily"
    """One in a day."""

    def is_used_up(self, sent: list[datetime], now: datetime) -> bool:
        """Whether a receiver of ``sent`` takes no more now."""
        today = now.astimezone(PLATFORM_ZONE).date()
        days = [moment.astimezone(PLATFORM_ZONE).date() for moment in sent]
        match self:
            case Allowance.DAILY:
                return today in days
            case Allowance.WEEKLY:
                monday = today - timedelta(days=today.weekday())
                return sum(day >= monday for day in days) >= 7
            case Allowance.MONTHLY:
                length = calendar.monthrange(today.year, today.month)[1]
                return sum(day >= today.replace(day=1) for day in days) >= length


class ChatType(StrEnum):
    """To whom a mass message goes."""

    SINGLE = "single"
    GROUP = "group"


class Sent(IntEnum):
    """What became of a mass message at one receiver (93338)."""

    WAITING = 0
    DELIVERED = 1
    NO_FRIEND = 2
    TOO_MANY = 3


class TaskState(StrEnum):
    """How a task stands with its employee."""

    OPEN = "open"
    SENT = "sent"
    IGNORED = "ignored"
    """He has put it away; the platform goes on calling it unsent."""

    CANCELLED = "cancelled"


@dataclass(slots=True)
class Task:
    """One employee's part in a mass send; ``receivers`` are customers or chat ids."""

    sender: str
    receivers: list[str]
    state: TaskState = TaskState.OPEN
    sent_at: datetime | None = None
    results: dict[str, Sent] = field(default_factory=dict)

    def result(self, receiver: str) -> Sent:
        """What became of the message at ``receiver``."""
        return self.results.get(receiver, Sent.WAITING)


@dataclass(slots=True)
class MassSend:
    """A mass send of ``app``, with one task for each employee.

    ``selectable`` tells that the employee may choose among his receivers, or must because the call
    named none.
    """

    msgid: str
    app: str
    chat_type: ChatType
    content: Content
    selectable: bool
    created_at: datetime
    tasks: dict[str, Task]
    reminded_at: list[datetime] = field(default_factory=list)


class MassSends:
    """All mass sends by msgid, and what each receiver got."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.sends: dict[str, MassSend] = {}
        self.received: dict[str, list[datetime]] = {}

    def make(
        self,
        app: str,
        chat_type: ChatType,
        content: Content,
        receivers: dict[str, list[str]],
        *,
        selectable: bool,
    ) -> MassSend:
        """A mass send with ``receivers`` by employee."""
        msgid = f"msg{self._world.new_id()}"
        self._world.happen(
            "contact.mass",
            msgid=msgid,
            app=app,
            chat_type=chat_type,
            content=content.to_json(),
            receivers=receivers,
            selectable=selectable,
        )
        return self.sends[msgid]

    def tasks_of(self, employee: str) -> list[tuple[MassSend, Task]]:
        """An employee's tasks, oldest first."""
        sends = self.sends.values()
        return [(send, send.tasks[employee]) for send in sends if employee in send.tasks]

    def settle(self, send: MassSend, sender: str, results: dict[str, Sent]) -> None:
        """The employee has said yes; ``results`` are what became of it."""
        self._world.happen("contact.mass_sent", msgid=send.msgid, sender=sender, results=results)

    def ignore(self, send: MassSend, sender: str) -> None:
        """The employee has put the task away."""
        self._world.happen("contact.mass_ignored", msgid=send.msgid, sender=sender)

    def cancel(self, send: MassSend) -> None:
        """What is not sent yet will not be."""
        self._world.happen("contact.mass_cancelled", msgid=send.msgid)

    def remind(self, send: MassSend) -> None:
        """The employees are reminded."""
        self._world.happen("contact.mass_reminded", msgid=send.msgid)

    def apply(self, data: dict[str, Any]) -> bool:
        """See ``Part``."""
        at = datetime.fromisoformat(data["at"])
        match data["t"]:
            case "contact.mass":
                self.sends[data["msgid"]] = _send_from_json(data, at)
            case "contact.mass_sent":
                task = self.sends[data["msgid"]].tasks[data["sender"]]
                task.state, task.sent_at = TaskState.SENT, at
                task.results = {who: Sent(result) for who, result in data["results"].items()}
                for receiver, result in task.results.items():
                    if result is Sent.DELIVERED:
                        self.received.setdefault(receiver, []).append(at)
            case "contact.mass_ignored":
                self.sends[data["msgid"]].tasks[data["sender"]].state = TaskState.IGNORED
            case "contact.mass_cancelled":
                for task in self.sends[data["msgid"]].tasks.values():
                    if task.state is not TaskState.SENT:
                        task.state = TaskState.CANCELLED
            case "contact.mass_reminded":
                self.sends[data["msgid"]].reminded_at.append(at)
            case _:
                return False
        return True


def _send_from_json(data: dict[str, Any], at: datetime) -> MassSend:
    tasks = {sender: Task(sender, receivers) for sender, receivers in data["receivers"].items()}
    return MassSend(
        msgid=data["msgid"],
        app=data["app"],
        chat_type=ChatType(data["chat_type"]),
        content=content_from_json(data["content"]),
        selectable=data["selectable"],
        created_at=at,
        tasks=tasks,
    )
