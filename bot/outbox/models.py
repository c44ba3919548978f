"""The outbox and the tasks of employees as tables."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from bot.store.fields import InstantField


class OutboxState(StrEnum):
    """The life of a row. ``unknown`` 结果未知: it may have been shown, so it is never repeated.

    ``handed`` rows wait for the employee who has to confirm them.
    """

    QUEUED = "queued"
    SENDING = "sending"
    HANDED = "handed"
    SENT = "sent"
    DEAD = "dead"
    UNKNOWN = "unknown"


class OutboxRow(Model):
    """One message on its way out."""

    id = fields.IntField(primary_key=True)
    key = fields.TextField()
    channel = fields.TextField()
    target_kind = fields.TextField()
    target = fields.TextField()
    conversation = fields.TextField()
    urgent = fields.IntField(default=0)
    held = fields.IntField(default=0)
    message = fields.TextField()
    state = fields.CharEnumField(OutboxState, default=OutboxState.QUEUED)
    attempts = fields.IntField(default=0)
    due_at = InstantField()
    expires_at = InstantField(null=True)
    created_at = InstantField()
    attempted_at = InstantField(null=True)
    ended_at = InstantField(null=True)
    errcode = fields.IntField(default=0)
    reason = fields.TextField(default="")
    reference = fields.TextField(default="")
    update_code = fields.TextField(default="")

    class Meta:
        table = "outbox"


class TaskEnd(StrEnum):
    """How a task can stand in our books."""

    OPEN = "open"
    SKIPPED = "skipped"
    """The employee said no; the platform is told next."""
    SENT = "sent"
    REFUSED = "refused"
    EXPIRED = "expired"


class TaskRow(Model):
    """A task 待办; ``look_at`` is when the platform is asked again."""

    outbox_id = fields.IntField(primary_key=True, generated=False)
    group_key = fields.TextField()
    employee = fields.TextField()
    state = fields.CharEnumField(TaskEnd, default=TaskEnd.OPEN)
    deadline_at = InstantField()
    reminded_at = InstantField(null=True)
    look_at = InstantField()
    opened_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "task"
