"""GET /healthz and /metrics: how the program is, for people and for Prometheus."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from aiohttp import web

from bot.core.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Health:
    """``problems`` are sentences; an empty list is good health.

    ``warnings`` are for the operator: something is not heard, and a restart would not mend it.
    """

    version: str
    brand: str
    now: str
    waiting_events: int
    configuration: str
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()


class Status:
    """Health and metrics."""

    def __init__(self, read_health: Callable[[], Awaitable[Health]], metrics: Metrics) -> None:
        self._read_health = read_health
        self._metrics = metrics

    def routes(self) -> list[web.RouteDef]:
        """Both addresses."""
        return [web.get("/healthz", self.health), web.get("/metrics", self.metrics)]

    async def health(self, _request: web.Request) -> web.Response:
        """200 and JSON when the database answers, else 503."""
        health = await self._read_health()
        return web.json_response(asdict(health), status=503 if health.problems else 200)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Prometheus' text format."""
        return web.Response(body=self._metrics.render(), content_type="text/plain", charset="utf-8")
