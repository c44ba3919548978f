"""Which modules hold Tortoise models: whoever opens the database names them all."""

from typing import Final

MODELS: Final = (
    "bot.outbox.models",
    "bot.members.models",
    "bot.rewards.ledger.models",
    "bot.growth.models",
    "bot.pipeline.proposals",
)
