"""What goes wrong at the simulated WeChat Pay, drawn from a seed. Percents are of a hundred calls.

The faults of one call share one draw; those of a notice are drawn on their own.
"""

import random
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class CallFault(StrEnum):
    """What becomes of a call. Those that end in ``after`` have taken effect."""

    SILENT_BEFORE = "silent_before"
    SILENT_AFTER = "silent_after"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    """HTTP 500 SYSTEM_ERROR for what was done all the same."""
    TOO_OFTEN = "too_often"
    UNSIGNED = "unsigned"
    """A right answer with a signature that is wrong on purpose."""

    @property
    def takes_effect(self) -> bool:
        """Whether the call was done."""
        return self in (CallFault.SILENT_AFTER, CallFault.ERROR_AFTER, CallFault.UNSIGNED)


class NoticeFault(StrEnum):
    """What becomes of a notice."""

    NEVER = "never"
    REPEATED = "repeated"
    FORGED = "forged"
    """A forged one, of another end, comes before the true one."""


@dataclass(frozen=True, slots=True)
class PayFaults:
    """What is asked for; 0 means that it does not happen."""

    seed: int = 0
    silent_before: int = 0
    silent_after: int = 0
    error_before: int = 0
    error_after: int = 0
    too_often: int = 0
    unsigned: int = 0
    never: int = 0
    repeated: int = 0
    forged: int = 0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if type(value) is not int or value < 0 or (name != "seed" and value > 100):
                raise ValueError(f"{name} 要写 0 到 100 的整数")


def read_faults(body: dict[str, Any]) -> PayFaults:
    """What a script asks for. Raises ValueError."""
    names = {field.name for field in fields(PayFaults)}
    if unknown := body.keys() - names:
        raise ValueError(f"没有 {min(unknown)} 这种故障")
    return PayFaults(**body)


class FaultDice:
    """Draws and counts."""

    def __init__(self, faults: PayFaults | None = None) -> None:
        self.happened: dict[str, int] = {}
        self.change(faults or PayFaults())

    def change(self, faults: PayFaults) -> None:
        """From now on draw these, from the start of their seed. What was counted stays."""
        self._faults = faults
        self._dice = random.Random(f"pay/{faults.seed}")

    def of_call(self) -> CallFault | None:
        """What goes wrong with the next call."""
        roll = self._dice.randrange(100)
        for fault in CallFault:
            percent = getattr(self._faults, fault)
            if roll < percent:
                self._count(fault)
                return fault
            roll -= percent
        return None

    def of_notice(self) -> frozenset[NoticeFault]:
        """What goes wrong with the next notice."""
        drawn = frozenset(
            fault
            for fault in NoticeFault
            if self._dice.randrange(100) < getattr(self._faults, fault)
        )
        for fault in sorted(drawn):
            self._count(fault)
        return drawn

    def to_json(self) -> dict[str, Any]:
        """What is asked for, and how often each has happened."""
        return {"faults": asdict(self._faults), "happened": dict(self.happened)}

    def _count(self, fault: StrEnum) -> None:
        self.happened[fault] = self.happened.get(fault, 0) + 1
