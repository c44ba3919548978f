"""Tortoise's connections to PostgreSQL: a small pool, opened by the address as it was given.

Tortoise takes an address apart and loses what it does not know (a socket's folder, TLS settings),
so the pool is made here. Named as ``engine`` in the configuration of Tortoise.
"""

from typing import Any, Final

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from bot.store.postgres import SETTINGS, read_numbers

READERS: Final = 5
"""Connections that answer reading queries and do rare writes."""


class PostgresReaders(AsyncpgDBClient):
    """The client of one database; ``address`` is among its credentials."""

    async def create_pool(self, **_kwargs: Any) -> Any:
        """Open the pool. What Tortoise has made of the credentials is not used."""
        return await asyncpg.create_pool(
            self.extra["address"],
            min_size=1,
            max_size=READERS,
            init=read_numbers,
            server_settings=SETTINGS,
        )


client_class = PostgresReaders
