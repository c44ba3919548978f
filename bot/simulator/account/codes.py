"""Codes with a parameter: made by an account, scanned by people, drawn as a picture.

Source: mp, createQRCode. The picture stands at mp.weixin.qq.com/cgi-bin/showqrcode.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any, Final

from bot.simulator.account.client import Client, for_account, is_number, object_of
from bot.simulator.account.limits import (
    QR_LIMIT_CODES,
    QR_LIMIT_SCENE_MAX,
    QR_SCENE_CHARACTERS,
    QR_SCENE_MAX,
    QR_SECONDS,
    QR_SECONDS_MAX,
)
from bot.simulator.cast import Account
from bot.simulator.frame import Answer, Call
from bot.simulator.refusal import Refused
from bot.simulator.world import World

_CODE_ADDRESS: Final = "http://weixin.qq.com/q/"
_NUMBERS: Final = {"QR_SCENE": QR_SCENE_MAX, "QR_LIMIT_SCENE": QR_LIMIT_SCENE_MAX}
_TEXTS: Final = frozenset({"QR_STR_SCENE", "QR_LIMIT_STR_SCENE"})
_LASTING: Final = frozenset({"QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"})


@dataclass(frozen=True, slots=True)
class Code:
    """A code of ``account``: its parameter is a number or a text; it lasts without ``until``."""

    account: str
    ticket: str = field(repr=False)
    number: int
    text: str
    until: datetime | None

    @property
    def scene(self) -> str:
        """The parameter, as events carry it."""
        return self.text or str(self.number)

    @property
    def url(self) -> str:
        """What the picture says."""
        return _CODE_ADDRESS + self.ticket


class Codes:
    """The codes of every account. A part of the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._codes: dict[str, Code] = {}

    def calls(self) -> list[Call[Client]]:
        """The calls of this corner."""
        return [Call("POST", "qrcode/create", for_account(self._create), bare=True)]

    def of(self, account: str) -> list[Code]:
        """The codes of ``account``, newest first."""
        return [code for code in reversed(self._codes.values()) if code.account == account]

    def find(self, account: str, name: str) -> Code | None:
        """A code of ``account`` by its ticket, url or scene; of one scene the newest."""
        known = (it for it in self.of(account) if name in {it.ticket, it.url, it.scene})
        return next(known, None)

    def is_dead(self, code: Code) -> bool:
        """Whether its time is over."""
        return code.until is not None and self._world.now() >= code.until

    def picture(self, ticket: str) -> str | None:
        """The code as SVG; None when there is no such code, or its time is over."""
        code = self._codes.get(ticket)
        return None if code is None or self.is_dead(code) else _draw(code)

    def apply(self, data: dict[str, Any]) -> bool:
        """A code was made."""
        if data["t"] != "account.code":
            return False
        until = datetime.fromisoformat(data["until"]) if data["until"] else None
        ticket = data["ticket"]
        self._codes[ticket] = Code(data["account"], ticket, data["number"], data["text"], until)
        return True

    def _create(self, account: Account, body: dict[str, Any]) -> Answer:
        action = body.get("action_name")
        number, text = _read_scene(action, object_of(object_of(body, "action_info"), "scene"))
        seconds = None if action in _LASTING else _read_seconds(body)
        if seconds is None and self._lasting(account.key) >= QR_LIMIT_CODES:
            raise Refused(45029, f"qrcode count out of limit: {QR_LIMIT_CODES}")
        ticket = f"gQ{self._world.new_id()}"
        until = None if seconds is None else self._world.now() + timedelta(seconds=seconds)
        self._world.happen(
            "account.code",
            account=account.key,
            ticket=ticket,
            number=number,
            text=text,
            until="" if until is None else until.isoformat(),
        )
        life = {} if seconds is None else {"expire_seconds": seconds}
        return {"ticket": ticket, **life, "url": self._codes[ticket].url}

    def _lasting(self, account: str) -> int:
        codes = self._codes.values()
        return sum(code.account == account and code.until is None for code in codes)


def _read_scene(action: object, scene: dict[str, Any]) -> tuple[int, str]:
    """The parameter as a number or a text; the other is empty. Raises Refused."""
    number, text = scene.get("scene_id"), scene.get("scene_str")
    if isinstance(action, str) and action in _NUMBERS and isinstance(number, int):
        if is_number(number) and 1 <= number <= _NUMBERS[action]:
            return number, ""
    elif action in _TEXTS and isinstance(text, str) and 1 <= len(text) <= QR_SCENE_CHARACTERS:
        return 0, text
    raise Refused(40053, "invalid action info")


def _read_seconds(body: dict[str, Any]) -> int:
    """Raises Refused."""
    seconds = body.get("expire_seconds", QR_SECONDS)
    if not isinstance(seconds, int) or not is_number(seconds):
        raise Refused(40053, "invalid action info: expire_seconds")
    if not 1 <= seconds <= QR_SECONDS_MAX:
        raise Refused(40053, f"invalid action info: expire_seconds, at most {QR_SECONDS_MAX}")
    return seconds


def _draw(code: Code) -> str:
    """A stand-in for the picture: nobody's camera is pointed at it, so it says its words."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240">'
        '<rect width="240" height="240" fill="#fff" stroke="#333" stroke-width="8"/>'
        '<text x="120" y="100" text-anchor="middle" font-size="20">模拟二维码</text>'
        f'<text x="120" y="140" text-anchor="middle" font-size="14">{escape(code.scene)}</text>'
        "</svg>"
    )
