"""Two steps for what costs something: a command proposes, 确认 carries it out.

A proposal is open for its owner, in its group, until it is confirmed, cancelled, replaced by a
newer one, or too old. The event that confirmed it is kept, so that its redelivery finds it again.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.settings.schema.commands import CommandName
from bot.store.db import Store
from bot.store.fields import InstantField


class ProposalRow(Model):
    """One proposal."""

    id = fields.IntField(primary_key=True)
    event_key = fields.TextField()
    member_id = fields.IntField()
    group_key = fields.TextField()
    command = fields.TextField()
    payload = fields.TextField()
    state = fields.TextField(default="open")
    created_at = InstantField()
    expires_at = InstantField()
    decided_by = fields.TextField(default="")

    class Meta:
        table = "proposal"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be confirmed. ``payload`` belongs to the command."""

    id: int
    event_key: EventKey
    command: CommandName
    payload: dict[str, Any]
    expires_at: datetime


class Proposals:
    """Open proposals of owners."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def propose(
        self,
        *,
        event_key: EventKey,
        member_id: MemberId,
        group_key: GroupKey,
        command: CommandName,
        payload: dict[str, Any],
        now: datetime,
        expires_at: datetime,
    ) -> None:
        """Open a proposal in place of the one before. The same event again changes nothing."""

        async def write() -> None:
            if await ProposalRow.filter(event_key=event_key).exists():
                return
            await ProposalRow.filter(member_id=member_id, group_key=group_key, state="open").update(
                state="cancelled", decided_by=event_key
            )
            await ProposalRow.create(
                event_key=event_key,
                member_id=member_id,
                group_key=group_key,
                command=command,
                payload=json.dumps(payload),
                created_at=now,
                expires_at=expires_at,
            )

        await self._store.transaction(write)

    async def read(
        self, member_id: MemberId, group_key: GroupKey, event_key: EventKey
    ) -> Proposal | None:
        """The open proposal, or the one that this very event decided before."""
        rows = ProposalRow.filter(member_id=member_id, group_key=group_key)
        row = await rows.filter(decided_by=event_key).first()
        row = row or await rows.filter(state="open").order_by("-id").first()
        if row is None:
            return None
        return Proposal(
            id=row.id,
            event_key=EventKey(row.event_key),
            command=CommandName(row.command),
            payload=json.loads(row.payload),
            expires_at=row.expires_at,
        )

    async def decide(self, proposal: Proposal, event_key: EventKey, state: str) -> None:
        """Close a proposal as ``confirmed`` or ``cancelled``."""

        async def write() -> None:
            await ProposalRow.filter(id=proposal.id, state="open").update(
                state=state, decided_by=event_key
            )

        await self._store.transaction(write)
