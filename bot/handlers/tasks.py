"""待办: what only an employee can send becomes a card on his phone, and its outcome comes back.

The platform shows him the task in its own assistant; our card says what it is, until when, and lets
him say no. The job asks the platform how it stands, reminds once, and calls it off at the deadline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.core.errors import PlatformError, TransportError
from bot.core.events import EventKind
from bot.core.ids import ChannelKey, GroupKey, UserId
from bot.core.messages import (
    Attachment,
    Button,
    Card,
    CardUpdate,
    Drawing,
    Media,
    Outgoing,
    Post,
    Target,
    TargetKind,
    Text,
    plain_text,
)
from bot.core.ports import Tasks, TaskState
from bot.core.text import cut_bytes
from bot.handlers.letters import letters_to_operators
from bot.handlers.speech import answer, words
from bot.members.roster import Roster
from bot.outbox.models import TaskEnd, TaskRow
from bot.outbox.tasks import (
    Handed,
    Task,
    card_key,
    end_task,
    look_again,
    next_look,
    open_task,
    read_handed,
    read_tasks,
    skip_task,
)
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Nobody, Outcome, Reply
from bot.pipeline.routing import Route
from bot.settings.schema.bot import Group
from bot.settings.schema.channels import CustomerContact
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store

SKIP_BUTTON = "task:skip:"
"""Start of the key of a task card's button; the outbox row's id follows."""

LOOK_EVERY = timedelta(minutes=2)
"""How often the platform is asked how a young task stands …"""

OLD_AGE = timedelta(minutes=20)
LOOK_RARELY = timedelta(minutes=10)
"""… and how often when nobody has confirmed it in its first minutes."""

PREVIEW_BYTES = 600
"""How much of the text the card shows; the whole of it is in the platform's assistant."""


@dataclass(frozen=True, slots=True)
class TaskHandlers:
    """The button of a task card."""

    store: Store
    voice: Voice

    def routes(self) -> tuple[Route, ...]:
        """The button of this topic."""
        return (Route("skip task", self.skip, kind=EventKind.TAPPED, button=SKIP_BUTTON),)

    async def skip(self, context: Context) -> Outcome:
        """不发了: only the employee whose task it is may say so."""
        number = context.event.button.removeprefix(SKIP_BUTTON)
        task = next((t for t in await read_tasks(self.store) if str(t.row_id) == number), None)
        if task is None:
            return answer(self.voice, context, "task.over")
        if task.employee != context.event.user_id:
            return Nobody("the task is somebody else's")
        await skip_task(self.store, task, context.now)
        text = words(self.voice, context, "task.skipped", text=preview(task.outgoing))
        title = words(self.voice, context, "task.card_title", group=_name(context.settings, task))
        return Reply(
            CardUpdate(context.event.user_id, Card(title, text, (), context.event.task_id))
        )


@dataclass(frozen=True, slots=True)
class TaskJob:
    """The job that opens tasks, follows them, and tells what became of them."""

    store: Store
    tasks: Mapping[ChannelKey, Tasks]
    roster: Roster
    voice: Voice
    live: HasSettings
    name: str = "tasks"

    async def run(self, now: datetime) -> None:
        """Open what was handed over, then look at what is open."""
        settings = self.live.current
        for handed in await read_handed(self.store):
            await self._open(settings, handed, now)
        for task in await read_tasks(self.store, now):
            try:
                await self._look(settings, task, now)
            except (PlatformError, TransportError) as error:
                log = structlog.get_logger("tasks")
                log.warning("task not read", key=task.outgoing.key, reason=error.message)
                await look_again(self.store, task, now + LOOK_EVERY, task.reminded_at)

    async def next_due(self, now: datetime) -> datetime | None:
        """When the next task is to be looked at; now when one is to be opened."""
        return now if await read_handed(self.store) else await next_look(self.store)

    async def _open(self, settings: Settings, handed: Handed, now: datetime) -> None:
        outgoing = handed.outgoing
        section = settings.bot.channels.get(outgoing.channel)
        group = _group(settings, outgoing)
        hours = section.task_hours if isinstance(section, CustomerContact) else 0
        deadline = now + timedelta(hours=hours)
        if outgoing.expires_at is not None:
            deadline = min(deadline, outgoing.expires_at)
        employee = await self._employee(group)
        row = TaskRow(
            outbox_id=handed.row_id,
            group_key="" if group is None else group.key,
            employee=employee,
            deadline_at=deadline,
            look_at=now + LOOK_EVERY,
            opened_at=now,
        )
        cards = [] if group is None else self._cards(settings, group, handed, employee, deadline)
        await open_task(self.store, row, cards, now)

    async def _employee(self, group: Group | None) -> UserId:
        """Who can confirm it: the owner whom the platform names, else the first of bot.yaml."""
        if group is None:
            return UserId("")
        owner = await self.roster.read_owner(GroupKey(group.key))
        return owner or UserId(group.owners[0])

    def _cards(
        self,
        settings: Settings,
        group: Group,
        handed: Handed,
        employee: UserId,
        deadline: datetime,
    ) -> list[Outgoing]:
        """The card, and beneath it the pictures that go with the text."""
        place = settings.private_place(group, employee)
        if place is None:
            return []
        scope = f"task/{employee}"
        until = deadline.astimezone(settings.zone)
        text = self.voice.say(
            "task.card_text",
            scope=scope,
            text=preview(handed.outgoing),
            at=f"{until:%H:%M}",
            day=f"{until:%m-%d}",
        )
        if media := _media(handed.outgoing):
            text += "\n" + self.voice.say("task.card_media", scope=scope, media=len(media))
        card = Card(
            title=self.voice.say("task.card_title", scope=scope, group=group.name),
            text=text,
            buttons=(
                Button(
                    self.voice.say("task.card_button", scope=scope),
                    f"{SKIP_BUTTON}{handed.row_id}",
                ),
            ),
            task_id=f"task-{handed.row_id}",
        )
        key = card_key(handed.row_id)
        shown = [Outgoing(key, *place, card, expires_at=deadline)]
        return shown + [
            Outgoing(f"{key}/{number}", *place, media, expires_at=deadline)
            for number, media in enumerate(_media(handed.outgoing), start=1)
        ]

    async def _look(self, settings: Settings, task: Task, now: datetime) -> None:
        tasks = self.tasks.get(task.channel)
        if tasks is None:
            await self._end(settings, task, TaskEnd.REFUSED, now)
            return
        if task.state is TaskEnd.SKIPPED:
            await tasks.cancel_task(task.reference)
            await self._end(settings, task, TaskEnd.SKIPPED, now)
            return
        match await tasks.read_task(task.reference):
            case TaskState.SENT:
                await self._end(settings, task, TaskEnd.SENT, now)
            case TaskState.REFUSED | TaskState.CANCELLED:
                await self._end(settings, task, TaskEnd.REFUSED, now)
            case TaskState.OPEN if now >= task.deadline_at:
                await tasks.cancel_task(task.reference)
                await self._end(settings, task, TaskEnd.EXPIRED, now)
            case TaskState.OPEN:
                await self._go_on(tasks, task, now)

    async def _go_on(self, tasks: Tasks, task: Task, now: datetime) -> None:
        """Remind once, when half of the time is over."""
        reminded_at = task.reminded_at
        half = task.opened_at + (task.deadline_at - task.opened_at) / 2
        if reminded_at is None and now >= half:
            await tasks.remind_of_task(task.reference)
            reminded_at = now
        pause = LOOK_EVERY if now < task.opened_at + OLD_AGE else LOOK_RARELY
        look_at = min(now + pause, task.deadline_at)
        await look_again(self.store, task, look_at, reminded_at)

    async def _end(self, settings: Settings, task: Task, end: TaskEnd, now: datetime) -> None:
        template, reason = _ending(end)
        await end_task(
            self.store,
            task,
            end,
            reason=f"{reason} ({task.employee})",
            news=self._news(settings, task, end, template),
            now=now,
        )

    def _news(self, settings: Settings, task: Task, end: TaskEnd, template: str) -> list[Outgoing]:
        """The card shows the end; the operators are told of what did not go out."""
        group = settings.group(task.group_key)
        place = None if group is None else settings.private_place(group, task.employee)
        if group is None or place is None:
            return []
        text = self.voice.say(
            template, scope=f"task/{task.employee}", text=preview(task.outgoing), group=group.name
        )
        news = []
        if task.update_code and end is not TaskEnd.SKIPPED:  # its tap has changed the card
            title = self.voice.say("task.card_title", scope="task", group=group.name)
            card = Card(title, text, (), f"task-{task.row_id}")
            target = Target(TargetKind.CALLBACK, task.update_code)
            change = CardUpdate(task.employee, card)
            key = f"task/{task.row_id}/end"
            news.append(Outgoing(key, place[0], target, change, chat=task.employee))
        if end is not TaskEnd.SENT:
            key = f"task/{task.row_id}/told"
            news += letters_to_operators(settings, key, Text(text), about=group)
        return news


def preview(outgoing: Outgoing) -> str:
    """The beginning of what is to be sent."""
    return cut_bytes(plain_text(outgoing.message), PREVIEW_BYTES)


def _media(outgoing: Outgoing) -> tuple[Attachment, ...]:
    match outgoing.message:
        case Post():
            return outgoing.message.media
        case Media() | Drawing():
            return (outgoing.message,)
        case _:
            return ()


def _ending(end: TaskEnd) -> tuple[str, str]:
    """The template and, for the operator, the reason."""
    match end:
        case TaskEnd.SENT:
            return "task.sent", "confirmed by the employee"
        case TaskEnd.SKIPPED:
            return "task.declined", "the employee declined it"
        case TaskEnd.REFUSED:
            return "task.refused", "the platform did not send it"
        case TaskEnd.EXPIRED | TaskEnd.OPEN:
            return "task.expired", "nobody confirmed it in time"
    assert_never(end)


def _group(settings: Settings, outgoing: Outgoing) -> Group | None:
    """The group that a send is for."""
    here = (outgoing.channel, outgoing.target.address)
    places = ((group, group.posts) for group in settings.bot.groups)
    return next((g for g, posts in places if (posts.channel, posts.chat_id) == here), None)


def _name(settings: Settings, task: Task) -> str:
    group = settings.group(task.group_key)
    return "" if group is None else group.name
