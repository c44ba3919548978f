"""The one door: no text leaves the house but through here, by whichever road.

Texts of the configuration were screened when it was loaded; what is filled into them was not, and
neither was what a person or a model wrote a moment ago. So every message is looked at once more
where it leaves: the answer of an open request before it is recorded, everything else before it is
sent.
"""

from collections.abc import Callable

import structlog

from bot.core.messages import Message, plain_text
from bot.core.metrics import Metrics
from bot.settings.schema.persona import PersonaFile

Screen = Callable[[str, PersonaFile | None], str]
"""Returns why a text of a persona (None: of any) may not leave the house, or an empty string."""


class Door:
    """Screens what goes out, and counts what had to stay."""

    def __init__(self, screen: Screen, metrics: Metrics) -> None:
        self._screen = screen
        self._metrics = metrics
        self._log = structlog.get_logger("door")

    def refusal(self, message: Message, *, key: str, persona: PersonaFile | None = None) -> str:
        """Why ``message`` stays in; empty when it may go.

        ``key`` names it in the log. ``persona`` is who says it, where that is known.
        """
        why = self._screen(plain_text(message), persona)
        if why:
            self._metrics.withheld.inc()
            self._log.error("a text was withheld", key=key, why=why)
        return why
