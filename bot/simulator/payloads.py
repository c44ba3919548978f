"""The plaintext of callbacks, field by field as the platform writes them.

Source: 100719 (robot messages), 101027 (robot events), 90239 (app messages), 90240 (app events).
"""

import json
from datetime import datetime
from typing import Any

from bot.channels.xml import write_xml
from bot.simulator.cast import App, Robot
from bot.simulator.shapes import Card


def robot_text(
    robot: Robot, *, msgid: str, chat_id: str, user_id: str, text: str, response_url: str
) -> str:
    """Somebody mentioned the robot in a group; the mention is still in the text."""
    common = _robot_common(robot, msgid, chat_id, user_id, response_url)
    return _json({**common, "msgtype": "text", "text": {"content": text}})


def robot_refresh(robot: Robot, *, msgid: str, chat_id: str, user_id: str, stream_id: str) -> str:
    """The client asks for the next state of a stream; it comes without a response_url."""
    common = _robot_common(robot, msgid, chat_id, user_id, "")
    return _json({**common, "msgtype": "stream", "stream": {"id": stream_id}})


def robot_tap(
    robot: Robot,
    *,
    msgid: str,
    at: datetime,
    chat_id: str,
    user_id: str,
    card: Card,
    button: str,
    response_url: str,
) -> str:
    """Somebody tapped a button of one of the robot's cards."""
    tap = {"card_type": card.card_type, "event_key": button, "task_id": card.task_id}
    return _json(
        {
            **_robot_common(robot, msgid, chat_id, user_id, response_url),
            "create_time": int(at.timestamp()),
            "msgtype": "event",
            "event": {"eventtype": "template_card_event", "template_card_event": tap},
        }
    )


def app_text(app: App, *, msgid: int, at: datetime, user_id: str, text: str) -> str:
    """Somebody wrote to the app."""
    return write_xml(
        (
            *_app_common(app, at, user_id),
            ("MsgType", "text"),
            ("Content", text),
            ("MsgId", msgid),
            ("AgentID", app.agent_id),
        )
    )


def app_tap(app: App, *, at: datetime, user_id: str, card: Card, button: str, code: str) -> str:
    """Somebody tapped a button of one of the app's cards."""
    return write_xml(
        (
            *_app_common(app, at, user_id),
            ("MsgType", "event"),
            ("Event", "template_card_event"),
            ("EventKey", button),
            ("TaskId", card.task_id),
            ("CardType", card.card_type),
            ("ResponseCode", code),
            ("AgentID", app.agent_id),
        )
    )


def _robot_common(
    robot: Robot, msgid: str, chat_id: str, user_id: str, response_url: str
) -> dict[str, Any]:
    common: dict[str, Any] = {
        "msgid": msgid,
        "aibotid": robot.bot_id,
        "chatid": chat_id,
        "chattype": "group",
        "from": {"userid": user_id},
    }
    return {**common, "response_url": response_url} if response_url else common


def _app_common(app: App, at: datetime, user_id: str) -> tuple[tuple[str, str | int], ...]:
    return (
        ("ToUserName", app.corp_id),
        ("FromUserName", user_id),
        ("CreateTime", int(at.timestamp())),
    )


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)
