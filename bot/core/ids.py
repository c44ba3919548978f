"""Names for the ids that travel between modules, so that mypy keeps them apart."""

from typing import NewType

ChannelKey = NewType("ChannelKey", str)
"""Key of a channel in bot.yaml; also the last part of its callback address."""

GroupKey = NewType("GroupKey", str)
"""Key of a group in bot.yaml."""

UserId = NewType("UserId", str)
"""What a platform calls a person: a WeCom userid or external_userid."""

EventKey = NewType("EventKey", str)
"""Unique name of something that came in; every write it causes carries it."""

MemberId = NewType("MemberId", int)
"""Row id of a member: one person, whatever channels he uses."""

RecordId = NewType("RecordId", int)
"""Row id of an inbox record."""

PacketId = NewType("PacketId", int)
"""Row id of a red packet."""

LotteryId = NewType("LotteryId", int)
"""Row id of one round of a lottery."""
