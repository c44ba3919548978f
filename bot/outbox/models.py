"""The outbox as a table."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from bot.store.fields import InstantField


class OutboxState(StrEnum):
    """The life of a row. ``unknown`` 结果未知: it may have been shown, so it is never repeated."""

    QUEUED = "queued"
    SENDING = "sending"
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

    class Meta:
        table = "outbox"
