"""The example brand, read once, and settings that a test may replace while they are in use."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from bot.settings.settings import Settings

from .settings import example_settings


@cache
def brand() -> Settings:
    """The example brand's settings; frozen, so that all tests may share them."""
    return example_settings()


@dataclass
class Live:
    """Settings in force."""

    current: Settings

    def change(self, **parts: Any) -> None:
        """Put other ``parts`` into force, as an edited file would."""
        self.current = replace(self.current, **parts)
