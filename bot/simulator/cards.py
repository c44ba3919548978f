"""Reads the platform's template cards, and refuses what the platform would refuse (101032)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.simulator.limits import (
    CARD_BUTTONS,
    CARD_CHECKS,
    CARD_KEY_BYTES,
    CARD_LISTS,
    CARD_MENU,
    CARD_OPTION_BYTES,
    CARD_SELECT_OPTIONS,
    CARD_SELECTS,
    CARD_TYPES,
    NOTICE_TYPES,
    TASK_ID,
)
from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.shapes import Button, Card, Question


def read_card(data: object, *, replaces: Card | None = None) -> Card:
    """The card as a reader sees it. Raises Refused with what is wrong with it.

    A card that ``replaces`` another one keeps its task id when it has none of its own.
    """
    if not isinstance(data, dict):
        raise missing("template_card")
    card_type = data.get("card_type")
    if not isinstance(card_type, str) or card_type not in CARD_TYPES:
        raise bad_parameter("card_type")
    title, text = _words(data)
    for name, limit in CARD_LISTS.items():
        _list(data, name, limit)
    menu = _menu(data.get("action_menu"))
    task_id = data.get("task_id", "") or (replaces.task_id if replaces else "")
    if not isinstance(task_id, str) or (task_id and not TASK_ID.fullmatch(task_id)):
        raise bad_parameter("task_id: at most 128 bytes of digits, letters, _, - and @")
    if not task_id and (card_type not in NOTICE_TYPES or menu):
        raise missing("task_id")
    if card_type in NOTICE_TYPES:
        _check_action(data.get("card_action"))
    buttons, questions = _answers(card_type, data)
    return Card(card_type, title, text, buttons, task_id, questions, menu)


def with_worn_button(card: Card, label: str) -> Card:
    """The card after a choice: ``label`` stands where its buttons were, and cannot be tapped."""
    text = "\n".join(part for part in (card.text, f"〔{label}〕") if part)
    return replace(card, text=text, buttons=(), questions=())


def is_interactive(card: Card) -> bool:
    """Whether the card asks something, beside its menu."""
    return card.card_type not in NOTICE_TYPES


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


def _answers(
    card_type: str, data: dict[str, Any]
) -> tuple[tuple[Button, ...], tuple[Question, ...]]:
    """What can be tapped and chosen, by type."""
    match card_type:
        case "button_interaction":
            return _buttons(data), _selections([data.get("button_selection")])
        case "vote_interaction":
            return (_submit(data),), (_checkbox(data.get("checkbox")),)
        case "multiple_interaction":
            selects = _list(data, "select_list", CARD_SELECTS)
            if not selects:
                raise missing("select_list")
            return (_submit(data),), _selections(selects)
        case _:
            return (), ()


def _buttons(data: dict[str, Any]) -> tuple[Button, ...]:
    entries = _list(data, "button_list", CARD_BUTTONS)
    if not entries:
        raise missing("button_list")
    buttons = tuple(_button(entry, "button_list") for entry in entries)
    _check_different((button.key for button in buttons), "button_list")
    return buttons


def _button(entry: object, where: str) -> Button:
    if not isinstance(entry, dict):
        raise bad_parameter(where)
    label = entry.get("text")
    if not isinstance(label, str) or not label.strip():
        raise missing(f"{where}.text")
    return Button(label, _key(entry, "key", where, CARD_KEY_BYTES))


def _submit(data: dict[str, Any]) -> Button:
    entry = data.get("submit_button")
    if not isinstance(entry, dict):
        raise missing("submit_button")
    return _button({"text": "提交", **entry}, "submit_button")


def _checkbox(data: object) -> Question:
    """The choices of a vote: one, or several with mode 1."""
    if not isinstance(data, dict):
        raise missing("checkbox")
    if data.get("mode", 0) not in (0, 1):
        raise bad_parameter("checkbox.mode: 0 or 1")
    options = _options(data, "checkbox", CARD_CHECKS)
    key = _key(data, "question_key", "checkbox", CARD_KEY_BYTES)
    return Question(key, "", options, many=data.get("mode", 0) == 1)


def _selections(entries: list[object]) -> tuple[Question, ...]:
    """Drop-down lists; what is None is not there."""
    questions = tuple(_selection(entry) for entry in entries if entry is not None)
    _check_different((question.key for question in questions), "question_key")
    return questions


def _selection(data: object) -> Question:
    if not isinstance(data, dict):
        raise bad_parameter("select_list")
    title = data.get("title", "")
    if not isinstance(title, str):
        raise bad_parameter("select_list.title")
    key = _key(data, "question_key", "select_list", CARD_KEY_BYTES)
    return Question(key, title, _options(data, "select_list", CARD_SELECT_OPTIONS), many=False)


def _options(data: dict[str, Any], where: str, limit: int) -> tuple[tuple[str, str], ...]:
    entries = _list(data, "option_list", limit)
    if not entries:
        raise missing(f"{where}.option_list")
    options = []
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
            raise bad_parameter(f"{where}.option_list")
        options.append(
            (_key(entry, "id", f"{where}.option_list", CARD_OPTION_BYTES), entry["text"])
        )
    _check_different((id_ for id_, _ in options), f"{where}.option_list")
    return tuple(options)


def _menu(data: object) -> tuple[Button, ...]:
    if data is None:
        return ()
    if not isinstance(data, dict):
        raise bad_parameter("action_menu")
    entries = _list(data, "action_list", CARD_MENU)
    if not entries:
        raise bad_parameter(f"action_menu.action_list: 1 to {CARD_MENU}")
    return tuple(_button(entry, "action_menu.action_list") for entry in entries)


def _key(entry: dict[str, Any], name: str, where: str, limit_bytes: int) -> str:
    key = entry.get(name)
    if not isinstance(key, str) or not key:
        raise missing(f"{where}.{name}")
    if len(key.encode("utf-8", "surrogatepass")) > limit_bytes:
        raise bad_parameter(f"{where}.{name}: at most {limit_bytes} bytes")
    return key


def _list(data: dict[str, Any], name: str, limit: int) -> list[object]:
    entries = data.get(name, [])
    if not isinstance(entries, list):
        raise bad_parameter(name)
    if len(entries) > limit:
        raise bad_parameter(f"{name}: at most {limit}")
    return entries


def _check_different(keys: Iterable[str], where: str) -> None:
    keys = list(keys)
    if len(set(keys)) < len(keys):
        raise bad_parameter(f"{where}: keys must differ")


def _check_action(action: object) -> None:
    """A notice leads to a page, or (type 2) to a mini program; otherwise 42045 (96213)."""
    if not isinstance(action, dict) or action.get("type") not in (1, 2):
        raise Refused(42045, "Template_Card.card_action missing or invalid")
    if action["type"] == 1 and not str(action.get("url", "")).startswith(("http://", "https://")):
        raise Refused(42045, "Template_Card.card_action.url missing or invalid")
    if action["type"] == 2 and not action.get("appid"):
        raise Refused(42045, "Template_Card.card_action.appid missing or invalid")
