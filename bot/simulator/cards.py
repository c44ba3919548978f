"""Reads the platform's template cards, and refuses what the platform would refuse (101032)."""

from typing import Any

from bot.simulator.limits import CARD_BUTTONS, CARD_KEY_BYTES, CARD_TYPES, NOTICE_TYPES, TASK_ID
from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.shapes import Button, Card


def read_card(data: object) -> Card:
    """The card as a reader sees it. Raises Refused with what is wrong with it."""
    if not isinstance(data, dict):
        raise missing("template_card")
    card_type = data.get("card_type")
    if card_type not in CARD_TYPES:
        raise bad_parameter("card_type")
    title, text = _words(data)
    buttons = _buttons(data) if card_type == "button_interaction" else ()
    task_id = data.get("task_id", "")
    if not isinstance(task_id, str) or (task_id and not TASK_ID.fullmatch(task_id)):
        raise bad_parameter("task_id: at most 128 bytes of digits, letters, _, - and @")
    if not task_id and (card_type not in NOTICE_TYPES or data.get("action_menu")):
        raise missing("task_id")
    if card_type in NOTICE_TYPES:
        _check_action(data.get("card_action"))
    return Card(card_type, title, text, buttons, task_id)


def _words(data: dict[str, Any]) -> tuple[str, str]:
    main = data.get("main_title", {})
    if not isinstance(main, dict):
        raise bad_parameter("main_title")
    parts = (main.get("title", ""), main.get("desc", ""), data.get("sub_title_text", ""))
    if not all(isinstance(part, str) for part in parts):
        raise bad_parameter("main_title")
    title, *rest = parts
    if not title and not rest[1]:
        raise missing("main_title.title")
    return title, "\n".join(part for part in rest if part)


def _buttons(data: dict[str, Any]) -> tuple[Button, ...]:
    entries = data.get("button_list")
    if not isinstance(entries, list) or not entries:
        raise missing("button_list")
    if len(entries) > CARD_BUTTONS:
        raise bad_parameter(f"button_list: at most {CARD_BUTTONS}")
    buttons = tuple(_button(entry) for entry in entries)
    if len({button.key for button in buttons}) < len(buttons):
        raise bad_parameter("button_list: keys must differ")
    return buttons


def _button(entry: object) -> Button:
    if not isinstance(entry, dict):
        raise bad_parameter("button_list")
    label, key = entry.get("text"), entry.get("key")
    if not isinstance(label, str) or not label.strip():
        raise missing("button_list.text")
    if not isinstance(key, str) or not key:
        raise missing("button_list.key")
    if len(key.encode()) > CARD_KEY_BYTES:
        raise bad_parameter(f"button_list.key: at most {CARD_KEY_BYTES} bytes")
    return Button(label, key)


def _check_action(action: object) -> None:
    if not isinstance(action, dict) or action.get("type") not in {1, 2}:
        raise missing("card_action")
    if action["type"] == 1 and not str(action.get("url", "")).startswith(("http://", "https://")):
        raise Refused(40058, "invalid parameter: card_action.url")
