"""What a channel has decoded is taken in here, whichever way it came: brought, heard or fetched."""

from dataclasses import dataclass

from bot.core.events import Receipt
from bot.core.ids import EventKey
from bot.core.messages import Message
from bot.pipeline.hints import Hints
from bot.pipeline.worker import Worker


@dataclass(frozen=True, slots=True)
class Reception:
    """Stores events, keeps hints, and finds the answer for the open request."""

    worker: Worker
    hints: Hints

    async def take(self, receipt: Receipt) -> None:
        """Store what came in; returns when it is durable. Raises StoreError."""
        for event in receipt.events:
            await self.worker.receive(event)
        self.hints.tell(receipt.hints)

    async def answer(self, receipt: Receipt) -> Message | None:
        """Store what came in and wait for the answer of the first event, if it can be given here.

        Raises StoreError, and TimeoutError when the answer was promised and is late.
        """
        if receipt.refreshes:
            return await self.worker.refresh(EventKey(receipt.refreshes))
        accepted = [await self.worker.receive(event) for event in receipt.events]
        self.hints.tell(receipt.hints)
        if not accepted or not receipt.answerable:
            return None
        return await self.worker.answer(accepted[0])
