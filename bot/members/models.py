"""Tables of this package that have a single key; the others are read with ``Store.read``."""

from tortoise import fields
from tortoise.models import Model

from bot.store.fields import InstantField


class MemberRow(Model):
    """One person, whatever channels he uses."""

    id = fields.IntField(primary_key=True)
    name = fields.TextField(default="")
    union_id = fields.TextField(default="")
    blocked_at = InstantField(null=True)
    impersonal_since = InstantField(null=True)
    unsubscribed_since = InstantField(null=True)
    stepped_out_since = InstantField(null=True)
    created_at = InstantField()

    class Meta:
        table = "member"


class GroupRow(Model):
    """What we keep of a group beside its configuration: its state here, and its name there."""

    key = fields.CharField(primary_key=True, max_length=32)
    paused_at = InstantField(null=True)
    synced_at = InstantField(null=True)
    name = fields.TextField(default="")
    owner = fields.TextField(default="")
    version = fields.TextField(default="")

    class Meta:
        table = "community_group"


class MembershipRow(Model):
    """One stay of a person in a group."""

    id = fields.IntField(primary_key=True)
    group_key = fields.TextField()
    member_id = fields.IntField()
    joined_at = InstantField(null=True)
    left_at = InstantField(null=True)
    welcomed_at = InstantField(null=True)
    source = fields.TextField(default="")

    class Meta:
        table = "membership"
