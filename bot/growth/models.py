"""The referral table, for rare writes."""

from tortoise import fields
from tortoise.models import Model


class ReferralRow(Model):
    """One newcomer and who brought him. Written by lanes, but for what is told to people."""

    id = fields.IntField(primary_key=True)
    news = fields.TextField(default="")

    class Meta:
        table = "referral"
