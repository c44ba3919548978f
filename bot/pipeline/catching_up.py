"""What a look at the platform's lists finds out goes the road of what callbacks tell."""

import asyncio
from collections.abc import Iterable, Sequence

from bot.core.events import Event
from bot.pipeline.worker import Worker


async def tell_all(worker: Worker, stories: Iterable[Sequence[Event]]) -> None:
    """Bring the events of each story in their order; returns when all are handled."""
    await asyncio.gather(*[_tell(worker, story) for story in stories])


async def _tell(worker: Worker, story: Sequence[Event]) -> None:
    accepted = [await worker.receive(event) for event in story]
    for one in accepted:
        await worker.handled(one)
