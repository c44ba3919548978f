"""What a person does towards a robot or an app, and what becomes of the telling."""

from dataclasses import dataclass
from enum import StrEnum

from bot.simulator.cast import Robot, Socket


class Delivery(StrEnum):
    """What became of a callback."""

    ANSWERED = "answered"
    EMPTY = "empty"
    FAILED = "failed"
    """No try was answered with 200, nobody was connected, or the platform took no answer."""

    NOT_HEARD = "not_heard"
    """There was none: nobody listens here, or the platform tells no such thing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who acts towards which robot in which chat; ``chat_id`` is empty where they are alone."""

    robot: Robot | Socket
    room: str
    chat_id: str
    user_id: str


class Verdict(StrEnum):
    """What somebody thinks of a robot's answer."""

    GOOD = "good"
    BAD = "bad"
    WITHDRAWN = "withdrawn"
    """He takes back what he thought."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A verdict on the answer that the robot calls ``feedback``; ``reasons`` are of 101027."""

    feedback: str
    verdict: Verdict
    words: str = ""
    reasons: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tap:
    """A button of a card, or an entry of its menu, with what was chosen for each question."""

    button: str
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
