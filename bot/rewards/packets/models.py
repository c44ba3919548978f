"""The table of red packets, for reading; lanes write it."""

from tortoise import fields
from tortoise.models import Model

from bot.store.fields import InstantField


class PacketRow(Model):
    """A red packet."""

    id = fields.IntField(primary_key=True)
    key = fields.TextField()
    group_key = fields.TextField()
    owner_id = fields.IntField()
    kind = fields.CharField(max_length=8)
    on_date = fields.CharField(max_length=10)
    total_points = fields.IntField()
    share_count = fields.IntField()
    shares: fields.Field[list[int]] = fields.JSONField()
    salt = fields.TextField()
    proof = fields.TextField()
    state = fields.CharField(max_length=8)
    claimed_count = fields.IntField()
    claimed_points = fields.IntField()
    created_at = InstantField()
    expires_at = InstantField()
    ended_at = InstantField(null=True)
    announced_at = InstantField(null=True)

    class Meta:
        table = "packet"
