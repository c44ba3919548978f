"""The fault plan: what goes wrong on the simulated platform, for drills.

Faults are drawn from a seed. Each stream of draws (the events of an app, the calls of one path) has
dice of its own, so the same order within a stream gives the same faults, whatever happens beside
it. A fault is counted as planned when it is drawn and as happened when it has taken place: a drill
that asks for faults can be asked whether it had any.

Only contact and group events are lost, late or out of order, because the platform does that by
itself: it gives a callback up after three tries (91116), tells one person's change more than once,
and says that its own lists may lag behind an event (92122). Messages and taps come twice at worst.
"""

import random
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot.settings.schema.bot import Faults

REPEAT_SECONDS: Final = 30
"""A doubled event comes again within so many simulated seconds."""

TOKEN_FAULTS_IN_A_ROW: Final = 2
"""Calls that fetch a token fail at most so often one after the other: the drill must go on."""

_BAD_TOKEN: Final = (40014, 42001)


class Fault(StrEnum):
    """The kinds of faults, as they are counted."""

    LOST = "lost"
    DOUBLED = "doubled"
    REORDERED = "reordered"
    DELAYED = "delayed"
    BUSY = "busy"
    HTTP_ERROR = "http_error"
    DROPPED = "dropped"
    TOKEN = "token"  # noqa: S105 (a word, not a secret)


@dataclass(frozen=True, slots=True)
class EventFate:
    """What becomes of one event. ``repeat_seconds`` 0 means once, ``delay_seconds`` 0 at once."""

    lost: bool = False
    reordered: bool = False
    delay_seconds: int = 0
    repeat_seconds: int = 0


@dataclass(frozen=True, slots=True)
class CallFate:
    """What goes wrong with one API call, before or after it has taken effect."""

    fault: Fault
    after_effect: bool


class FaultPlan:
    """Draws the faults that ``faults`` asks for, and counts them."""

    def __init__(self, faults: Faults) -> None:
        self._planned = dict.fromkeys(Fault, 0)
        self._happened = dict.fromkeys(Fault, 0)
        self.change(faults)

    def change(self, faults: Faults) -> None:
        """From now on draw these, from the start of their seed. What was counted stays."""
        self._faults = faults
        self._dice: dict[str, random.Random] = {}
        self._token_faults: Counter[str] = Counter()
        self._token_uses: Counter[str] = Counter()
        self._worn_out: dict[str, int] = {}

    def to_json(self) -> dict[str, Any]:
        """What is asked for, and how much of it was planned and has happened, by kind."""
        return {
            "faults": self._faults.model_dump(),
            "planned": dict(self._planned),
            "happened": dict(self._happened),
        }

    def happened(self, fault: Fault) -> None:
        """A planned fault has taken place."""
        self._happened[fault] += 1

    def of_event(self, key: str) -> EventFate:
        """What becomes of the next contact or group event of the app ``key``."""
        faults, dice = self._faults, self._stream(f"events/{key}")
        lost = _falls(dice, faults.lost_percent)
        doubled = _falls(dice, faults.doubled_percent)
        reordered = _falls(dice, faults.reordered_percent)
        delay, repeat = dice.randint(0, faults.delay_seconds), dice.randint(1, REPEAT_SECONDS)
        if lost:
            self._plan(Fault.LOST)
            return EventFate(lost=True)
        if doubled:
            self._plan(Fault.DOUBLED)
        if reordered:
            self._plan(Fault.REORDERED)
        elif delay:
            self._plan(Fault.DELAYED)
        return EventFate(
            reordered=reordered,
            delay_seconds=0 if reordered else delay,
            repeat_seconds=repeat if doubled else 0,
        )

    def doubles_callback(self, key: str) -> bool:
        """Whether the next message or tap for the channel ``key`` is delivered twice."""
        doubled = _falls(self._stream(f"callbacks/{key}"), self._faults.doubled_percent)
        if doubled:
            self._plan(Fault.DOUBLED)
        return doubled

    def of_call(self, path: str) -> CallFate | None:
        """What goes wrong with the next call of ``path``. The percents share one draw."""
        faults, dice = self._faults, self._stream(f"calls/{path}")
        roll, after_effect = dice.randrange(100), dice.random() < 0.5
        fault = None
        for kind, percent in (
            (Fault.BUSY, faults.busy_percent),
            (Fault.HTTP_ERROR, faults.http_error_percent),
            (Fault.DROPPED, faults.dropped_percent),
        ):
            if roll < percent:
                fault = kind
                break
            roll -= percent
        if fault is None or self._is_spared(path):
            self._token_faults[path] = 0
            return None
        self._token_faults[path] += 1
        self._plan(fault)
        return CallFate(fault, after_effect=after_effect and fault is not Fault.BUSY)

    def wear_out(self, token: str) -> int:
        """Use an access token once more: 0, or the errcode when it is good no longer."""
        if not self._faults.token_calls:
            return 0
        if token not in self._worn_out:
            self._token_uses[token] += 1
            if self._token_uses[token] <= self._faults.token_calls:
                return 0
            self._worn_out[token] = _BAD_TOKEN[self._planned[Fault.TOKEN] % 2]
            self._plan(Fault.TOKEN)
            self.happened(Fault.TOKEN)
        return self._worn_out[token]

    def _is_spared(self, path: str) -> bool:
        return path.endswith("token") and self._token_faults[path] >= TOKEN_FAULTS_IN_A_ROW

    def _plan(self, fault: Fault) -> None:
        self._planned[fault] += 1

    def _stream(self, name: str) -> random.Random:
        if name not in self._dice:
            self._dice[name] = random.Random(f"{self._faults.seed}/{name}")
        return self._dice[name]


def _falls(dice: random.Random, percent: int) -> bool:
    return dice.randrange(100) < percent
