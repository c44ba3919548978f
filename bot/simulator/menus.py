"""The menus of apps: at most three buttons, each a tap or a page, or a list of five of these.

Source: 90231 create, 90232 get, 90233 delete. The errcodes of a bad menu are unverified here: they
are those of the Official Account's menus, from which the numbers were taken over.
"""

from dataclasses import dataclass
from typing import Any, Final

from bot.simulator.cast import App
from bot.simulator.frame import Call
from bot.simulator.limits import (
    MENU_BUTTONS,
    MENU_KEY_BYTES,
    MENU_NAME_BYTES,
    MENU_SUB_BUTTONS,
    MENU_SUB_NAME_BYTES,
    MENU_URL_BYTES,
)
from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.world import World

_TAPS: Final = frozenset(
    {
        *("click", "scancode_push", "scancode_waitmsg", "location_select"),
        *("pic_sysphoto", "pic_photo_or_album", "pic_weixin"),
    }
)
"""Types of buttons that have a key. People can tap only ``click`` here."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """Something to tap: ``event`` is click or view, ``key`` what the app is told."""

    name: str
    event: str
    key: str


class Menus:
    """The menu of each app, as it was made last."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._menus: dict[str, list[dict[str, Any]]] = {}

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of this corner."""
        if data["t"] != "menu":
            return False
        self._menus[data["app"]] = data["buttons"]
        return True

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("POST", "menu/create", self._create, parameter="agentid"),
            Call("GET", "menu/get", self._get, quiet=True),
            Call("GET", "menu/delete", self._delete),
        ]

    def entries(self, app: str) -> list[MenuEntry]:
        """What people can tap."""
        buttons = self._menus.get(app, [])
        leaves = [leaf for button in buttons for leaf in button.get("sub_button") or [button]]
        return [
            MenuEntry(leaf["name"], leaf["type"], leaf.get("key") or leaf.get("url", ""))
            for leaf in leaves
            if leaf["type"] in {"click", "view"}
        ]

    def _create(self, app: App, body: dict[str, Any]) -> dict[str, Any]:
        """menu/create: in place of what was there."""
        _check_agent(app, body)
        buttons = body.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= MENU_BUTTONS:
            raise Refused(40016, f"invalid button size: 1 to {MENU_BUTTONS}")
        for button in buttons:
            _check_button(button)
        self._world.happen("menu", app=app.key, buttons=buttons)
        return {}

    def _get(self, app: App, parameters: dict[str, Any]) -> dict[str, Any]:
        """menu/get: as it was made."""
        _check_agent(app, parameters)
        if not self._menus.get(app.key):
            raise Refused(46003, "menu no exist")
        return {"button": self._menus[app.key]}

    def _delete(self, app: App, parameters: dict[str, Any]) -> dict[str, Any]:
        """menu/delete: whether there is one or not."""
        _check_agent(app, parameters)
        self._world.happen("menu", app=app.key, buttons=[])
        return {}


def _check_agent(app: App, parameters: dict[str, Any]) -> None:
    if not parameters.get("agentid"):
        raise missing("agentid")
    if parameters["agentid"] != str(app.agent_id):
        raise Refused(301002, "not allow operate another agent with this accesstoken")


def _check_button(button: object) -> None:
    """A button of the first level: something to tap, or a list of such."""
    if not isinstance(button, dict):
        raise bad_parameter("button")
    leaves = button.get("sub_button")
    if not leaves:
        _check_leaf(button, MENU_NAME_BYTES)
        return
    _check_name(button, MENU_NAME_BYTES)
    if not isinstance(leaves, list) or len(leaves) > MENU_SUB_BUTTONS:
        raise Refused(40023, f"invalid sub button size: at most {MENU_SUB_BUTTONS}")
    for leaf in leaves:
        if not isinstance(leaf, dict) or leaf.get("sub_button"):
            raise Refused(40022, "invalid sub button level")
        _check_leaf(leaf, MENU_SUB_NAME_BYTES)


def _check_leaf(button: dict[str, Any], name_bytes: int) -> None:
    _check_name(button, name_bytes)
    match button.get("type"):
        case "view":
            url = _text(button, "url", MENU_URL_BYTES, 40020)
            if not url.startswith(("http://", "https://")):
                raise Refused(40020, "invalid button url: http:// or https://")
        case "view_miniprogram":
            _text(button, "pagepath", MENU_URL_BYTES, 40020)
            _text(button, "appid", MENU_KEY_BYTES, 40058)
        case str(kind) if kind in _TAPS:
            _text(button, "key", MENU_KEY_BYTES, 40019)
        case _:
            raise Refused(40017, "invalid button type")


def _check_name(button: dict[str, Any], limit_bytes: int) -> None:
    _text(button, "name", limit_bytes, 40018)


def _text(button: dict[str, Any], name: str, limit_bytes: int, errcode: int) -> str:
    value = button.get(name)
    if not isinstance(value, str) or not value or len(value.encode()) > limit_bytes:
        raise Refused(errcode, f"invalid button {name} size: 1 to {limit_bytes} bytes")
    return value
