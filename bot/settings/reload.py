"""Edited configuration is taken while the program runs: as a whole, or not at all.

What is wrong leaves the old settings in place. So does a change that a running program cannot
make; it is told as a problem of the same kind.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from watchfiles import awatch

from bot.settings.load import load_settings
from bot.settings.problems import Problem, Problems
from bot.settings.schema.model import Model, ModelLimits
from bot.settings.settings import Settings
from bot.settings.yaml_file import parse_yaml

_DEBOUNCE_MS = 200
_STEP_MS = 50
_FIRST_LOOK_MS = 500

OnChange = Callable[[Settings, Settings], Awaitable[None]]
OnProblems = Callable[[Problems], Awaitable[None]]

Gate = Callable[[Settings], Problems | None]
"""What good settings may still break: what members were promised."""


@dataclass(frozen=True, slots=True)
class Change:
    """New settings have taken the place of old ones, or told problems were taken back."""

    old: Settings
    new: Settings


class LiveSettings:
    """The settings that are in force; ``current`` is read anew for each piece of work."""

    def __init__(self, settings: Settings) -> None:
        self._current = settings
        self._told: Problems | None = None
        self._gate: Gate | None = None

    def guard(self, gate: Gate) -> None:
        """Refuse from now on what ``gate`` has problems with."""
        self._gate = gate

    @property
    def current(self) -> Settings:
        """The settings that are in force now."""
        return self._current

    def refresh(self, load: Callable[[], Settings | Problems]) -> Change | Problems | None:
        """Take what ``load`` returns, when it is good and differs.

        None: there is nothing to tell, because nothing differs or the same problems were told
        before. Problems: the old settings stay.
        """
        return self._take(load())

    async def watch(
        self,
        directory: Path,
        environment: Mapping[str, str],
        on_change: OnChange,
        on_problems: OnProblems,
        stop: asyncio.Event,
    ) -> None:
        """Follow the files of ``directory`` until ``stop`` is set.

        Loading happens on another thread. ``on_change(old, new)`` is called after the swap,
        ``on_problems`` once for each distinct set of problems.
        """

        async def refresh() -> None:
            match self._take(await asyncio.to_thread(load_settings, directory, environment)):
                case Change(old, new):
                    await on_change(old, new)
                case Problems() as problems:
                    await on_problems(problems)
                case None:
                    pass

        looked = False
        async for changes in awatch(
            directory,
            stop_event=stop,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            rust_timeout=_FIRST_LOOK_MS,
            yield_on_timeout=True,
        ):
            # The first look comes when the watch stands: what was edited before is not missed.
            if changes or not looked:
                looked = True
                await refresh()

    def _take(self, loaded: Settings | Problems) -> Change | Problems | None:
        old = self._current
        if isinstance(loaded, Settings):
            if loaded.fingerprint == old.fingerprint and self._told is None:
                return None
            refused = self._refuse(old, loaded)
            if refused is None:
                self._told = None
                self._current = loaded
                return Change(old, loaded)
            loaded = refused
        if loaded == self._told:
            return None
        self._told = loaded
        return loaded

    def _refuse(self, old: Settings, new: Settings) -> Problems | None:
        if sections := needs_restart(old, new):
            return _restart_notice(new.directory, sections)
        return self._gate(new) if self._gate else None


def needs_restart(old: Settings, new: Settings) -> tuple[str, ...]:
    """The sections of bot.yaml that differ and that a running program cannot change."""
    pairs = {
        "channels": (old.bot.channels, new.bot.channels),
        "storage": (old.bot.storage, new.bot.storage),
        "web": (old.bot.web, new.bot.web),
        "pay": (old.bot.pay, new.bot.pay),
        "model": (_endpoint(old), _endpoint(new)),
        "simulator": (old.bot.simulator, new.bot.simulator),
    }
    return tuple(name for name, (before, after) in pairs.items() if before != after)


def _endpoint(settings: Settings) -> Model | None:
    """The model's section, without what is read anew for each question."""
    model = settings.bot.model
    told = {"limits": ModelLimits(), "floor": 0.0, "keep_days": 0}
    return None if model is None else model.model_copy(update=told)


def _restart_notice(directory: Path, sections: tuple[str, ...]) -> Problems:
    """One problem a section, at its line in the file as it is now."""
    file = directory / "bot.yaml"
    try:
        document, _ = parse_yaml(str(file), file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        document = None
    what = "needs a restart; until then all settings stay as they were"
    instead = "restart the program, or take the change back"
    notice = []
    for name in sections:
        line, column = document.place((name,), "key") if document else (1, 1)
        notice.append(Problem(str(file), line, column, name, what, instead))
    return Problems.of(notice)
