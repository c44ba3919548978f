"""An account's menu: at most three buttons with at most five below each, and menus for some only.

Source: mp, createCustomMenu, addConditionalMenu. Of several menus for some, a follower sees the
newest that fits him.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from bot.simulator.account.client import Client, for_account
from bot.simulator.account.followers import TagsOf
from bot.simulator.account.limits import (
    MENU_BUTTONS,
    MENU_KEY_BYTES,
    MENU_NAME_BYTES,
    MENU_SUB_BUTTONS,
    MENU_SUB_NAME_BYTES,
    MENU_URL_BYTES,
)
from bot.simulator.cast import Account
from bot.simulator.frame import Answer, Call
from bot.simulator.refusal import Refused
from bot.simulator.world import World

_KEYED: Final = frozenset(
    {"click", "scancode_push", "scancode_waitmsg", "location_select"}
    | {"pic_sysphoto", "pic_photo_or_album", "pic_weixin"}
)
_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(_KEYED, ("key",)),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}
"""What each type of button must have."""

Button = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Level:
    """What is allowed on one of the two levels, and the errcodes of what is not."""

    buttons: int
    name_bytes: int
    count: int
    kind: int
    name: int
    key: int
    url: int


_TOP: Final = _Level(MENU_BUTTONS, MENU_NAME_BYTES, 40016, 40015, 40018, 40019, 40020)
_SUB: Final = _Level(MENU_SUB_BUTTONS, MENU_SUB_NAME_BYTES, 40023, 40024, 40025, 40026, 40027)


@dataclass(slots=True)
class _Menus:
    """An account's menus; ``rules`` by menu id, oldest first."""

    buttons: list[Button] = field(default_factory=list)
    rules: dict[str, tuple[list[Button], dict[str, Any]]] = field(default_factory=dict)


class Menus:
    """The menus of every account. A part of the world."""

    def __init__(self, world: World, tags: TagsOf) -> None:
        self._world = world
        self._tags = tags
        self._menus: dict[str, _Menus] = {}

    def calls(self) -> list[Call[Client]]:
        """The calls of this corner."""
        return [
            Call("POST", "menu/create", for_account(self._create)),
            Call("GET", "menu/get", for_account(self._read), quiet=True, bare=True),
            Call("GET", "menu/delete", for_account(self._delete)),
            Call("POST", "menu/addconditional", for_account(self._add_rule), bare=True),
        ]

    def seen_by(self, account: str, user_id: str) -> list[Button]:
        """The buttons that a follower sees."""
        menus = self._of(account)
        for buttons, rule in reversed(menus.rules.values()):
            if self._fits(account, user_id, rule):
                return buttons
        return menus.buttons

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of menus."""
        match data["t"]:
            case "account.menu":
                self._of(data["account"]).buttons = data["buttons"]
            case "account.menu_rule":
                self._of(data["account"]).rules[data["id"]] = (data["buttons"], data["rule"])
            case "account.menu_deleted":
                self._menus.pop(data["account"], None)
            case _:
                return False
        return True

    def _of(self, account: str) -> _Menus:
        return self._menus.setdefault(account, _Menus())

    def _fits(self, account: str, user_id: str, rule: dict[str, Any]) -> bool:
        """Only tags are known of people here: a rule with anything else fits nobody."""
        if any(value and name != "tag_id" for name, value in rule.items()):
            return False
        return str(rule["tag_id"]) in map(str, self._tags.tags_of(account, user_id))

    def _create(self, account: Account, body: dict[str, Any]) -> Answer:
        buttons = _read_buttons(body.get("button"), _TOP)
        self._world.happen("account.menu", account=account.key, buttons=buttons)
        return {}

    def _read(self, account: Account, _parameters: dict[str, Any]) -> Answer:
        menus = self._of(account.key)
        if not menus.buttons:
            raise Refused(46003, "menu no exist")
        answer: Answer = {"menu": {"button": menus.buttons}}
        if menus.rules:
            answer["conditionalmenu"] = [
                {"button": buttons, "matchrule": rule, "menuid": menu_id}
                for menu_id, (buttons, rule) in reversed(menus.rules.items())
            ]
        return answer

    def _delete(self, account: Account, _parameters: dict[str, Any]) -> Answer:
        self._world.happen("account.menu_deleted", account=account.key)
        return {}

    def _add_rule(self, account: Account, body: dict[str, Any]) -> Answer:
        if not self._of(account.key).buttons:
            raise Refused(65303, "there is no default menu")
        rule = body.get("matchrule")
        if not isinstance(rule, dict) or not any(rule.values()):
            raise Refused(65304, "match rule is empty")
        buttons, menu_id = _read_buttons(body.get("button"), _TOP), str(self._world.new_number())
        self._world.happen(
            "account.menu_rule", account=account.key, id=menu_id, buttons=buttons, rule=rule
        )
        return {"menuid": menu_id}


def _read_buttons(listed: object, level: _Level) -> list[Button]:
    """Raises Refused."""
    if not isinstance(listed, list) or not 1 <= len(listed) <= level.buttons:
        raise Refused(level.count, f"invalid button size: 1 to {level.buttons}")
    return [_read_button(button, level) for button in listed]


def _read_button(button: object, level: _Level) -> Button:
    if not isinstance(button, dict):
        raise Refused(level.kind, "invalid button")
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= level.name_bytes:
        raise Refused(level.name, f"invalid button name size: at most {level.name_bytes} bytes")
    below = button.get("sub_button")
    if below:
        if level is _SUB:
            raise Refused(40022, "invalid sub button level")
        return {"name": name, "sub_button": _read_buttons(below, _SUB)}
    kind = button.get("type")
    if not isinstance(kind, str) or kind not in _NEEDS:
        raise Refused(level.kind, "invalid button type")
    shown = {"type": kind, "name": name}
    for need in _NEEDS[kind]:
        shown[need] = _read_value(button, need, level)
    return {**shown, "sub_button": []}


def _read_value(button: Button, need: str, level: _Level) -> str:
    value = button.get(need)
    limit = MENU_URL_BYTES if need == "url" else MENU_KEY_BYTES
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= limit:
        errcode = level.url if need == "url" else level.key
        raise Refused(errcode, f"invalid button {need} size: at most {limit} bytes")
    return value
