"""Tables of this package, for writing; ``records.py`` reads them."""

from tortoise import fields
from tortoise.models import Model

from bot.store.fields import InstantField


class SlotRow(Model):
    """A slot that was decided: published, skipped, or put to the owners."""

    key = fields.CharField(primary_key=True, max_length=255)
    group_key = fields.TextField()
    sequence = fields.IntField()
    origin = fields.TextField()
    due_at = InstantField()
    state = fields.TextField()
    pillar = fields.TextField(default="")
    kind = fields.TextField(default="")
    item = fields.TextField(default="")
    title = fields.TextField(default="")
    promotion = fields.IntField(default=0)
    step = fields.TextField(default="")
    reason = fields.TextField()
    posted_at = InstantField(null=True)
    decided_at = InstantField()

    class Meta:
        table = "slot"


class ScheduleStartRow(Model):
    """When a group was first seen."""

    group_key = fields.CharField(primary_key=True, max_length=32)
    started_at = InstantField()

    class Meta:
        table = "schedule_start"
