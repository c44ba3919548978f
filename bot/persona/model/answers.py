"""What a model must write: one JSON object, in which the reply comes last.

So its own judgement is known before its words are, and words may be shown while they come.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

MOST_FACTS: Final = 1
"""Facts about a member that one reply may use: more feels watched."""

_FENCE: Final = re.compile(r"\A\s*```(?:json)?\s*|\s*```\s*\Z")
_REPLY: Final = re.compile(r'"reply"\s*:\s*"')
_STRING_END: Final = re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)
_SENTENCE: Final = re.compile(r".*[。！？!?\n]", re.DOTALL)


class Intent(StrEnum):
    """What the model takes the question for."""

    ANSWER = "answer"
    CHAT = "chat"
    UNKNOWN = "unknown"
    """It does not know, or should not say."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a model thinks of its own answer. ``confidence`` is from 0 to 1."""

    intent: Intent
    confidence: float
    used_facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole answer that nobody has checked yet."""

    judgement: Judgement
    reply: str


def read_draft(text: str) -> Draft | None:
    """The answer in ``text``; None when it is not what was asked for."""
    data = _read_object(_FENCE.sub("", text))
    if data is None or not isinstance(data.get("reply"), str):
        return None
    judgement = _read_judgement(data)
    return None if judgement is None else Draft(judgement, data["reply"].strip())


def read_beginning(text: str) -> Draft | None:
    """The whole sentences of a reply that is still being written, once its judgement is known."""
    plain = _FENCE.sub("", text)
    start = _REPLY.search(plain)
    if start is None:
        return None
    head = _read_object(plain[: start.start()].rstrip().removesuffix(",") + "}")
    judgement = None if head is None else _read_judgement(head)
    written = _STRING_END.match(plain, start.end())
    if judgement is None or written is None:
        return None
    reply = _read_string(written[0])
    whole = _SENTENCE.match(reply)
    return None if whole is None else Draft(judgement, whole[0].strip())


def _read_judgement(data: dict[str, Any]) -> Judgement | None:
    intent, confidence, facts = (data.get(key) for key in ("intent", "confidence", "used_facts"))
    if intent not in [str(known) for known in Intent]:
        return None
    if not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        return None
    if not isinstance(facts, list) or not all(isinstance(fact, str) for fact in facts):
        return None
    return Judgement(Intent(intent), float(confidence), tuple(facts))


def _read_object(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _read_string(written: str) -> str:
    """The text of a JSON string that may end in the middle of an escape."""
    for length in range(len(written), max(len(written) - 12, -1), -1):
        try:
            text = json.loads(f'"{written[:length]}"', strict=False)
            text.encode()
        except ValueError:
            continue
        return str(text)
    return ""
