"""Reads the parameters of a call, and refuses what the platform would refuse (90455).

Users are refused with 40003, customers with 40096; who is left out, with 41009 and 41035.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.world import World

Item = TypeVar("Item")

Body = dict[str, Any]
"""The parameters of a call, as they came."""


def read_employee(world: World, body: Body, name: str = "userid") -> str:
    """Someone of the company."""
    user_id = read_text(body, name)
    if not user_id:
        raise Refused(41009, f"missing {name}")
    if user_id not in world.people:
        raise Refused(40003, f"invalid {name}")
    return user_id


def read_employees(world: World, body: Body, name: str) -> list[str]:
    """People of the company; none when the list is not there."""
    listed = read_texts(body, name)
    if any(user_id not in world.people for user_id in listed):
        raise Refused(40003, f"invalid userid in {name}")
    return listed


def read_customer(world: World, body: Body) -> str:
    """Someone whom the platform knows outside the company."""
    user_id = read_text(body, "external_userid")
    if not user_id:
        raise Refused(41035, "missing external_userid")
    if user_id not in world.customers:
        raise Refused(40096, "invalid external userid")
    return user_id


def read_text(body: Body, name: str, *, characters: int | None = None) -> str:
    """A text of at most so many ``characters``, empty when it is not there."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_parameter(name)
    if characters is not None and len(value) > characters:
        raise bad_parameter(f"{name}: at most {characters} characters")
    return value


def read_bytes(body: Body, name: str, limit_bytes: int) -> str:
    """A text of at most ``limit_bytes`` in UTF-8, empty when it is not there."""
    value = read_text(body, name)
    if len(value.encode("utf-8", "surrogatepass")) > limit_bytes:
        raise bad_parameter(f"{name}: at most {limit_bytes} bytes")
    return value


def read_texts(body: Body, name: str, *, most: int | None = None) -> list[str]:
    """A list of texts, each of them once; empty when it is not there."""
    listed = body.get(name)
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise bad_parameter(name)
    if most is not None and len(listed) > most:
        raise bad_parameter(f"{name}: at most {most}")
    return list(dict.fromkeys(listed))


def read_number(body: Body, name: str, default: int, *, least: int, most: int) -> int:
    """A whole number from ``least`` to ``most``."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise bad_parameter(f"{name}: {least} to {most}")
    return value


def read_flag(body: Body, name: str, *, default: bool) -> bool:
    """True or false."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise bad_parameter(name)
    return value


def read_part(body: Body, name: str) -> Body:
    """An object within the parameters, empty when it is not there."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_parameter(name)
    return value


def read_parts(body: Body, name: str) -> list[Body]:
    """A list of objects, empty when it is not there."""
    listed = body.get(name)
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise bad_parameter(name)
    return listed


def needed(value: str, name: str) -> str:
    """``value``, which must not be empty."""
    if not value:
        raise missing(name)
    return value


def page_of(items: Sequence[Item], body: Body, limit: int) -> tuple[list[Item], str]:
    """The page that the call's cursor asks for, and the next cursor, empty at the end."""
    cursor = read_text(body, "cursor")
    start = _position(cursor) if cursor else 0
    end = start + limit
    return list(items[start:end]), _cursor(end) if end < len(items) else ""


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"from/{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        word, _, digits = base64.urlsafe_b64decode(cursor.encode()).decode().partition("/")
    except (ValueError, binascii.Error):
        raise bad_parameter("cursor") from None
    if word != "from" or not digits.isdecimal():
        raise bad_parameter("cursor")
    return int(digits)
