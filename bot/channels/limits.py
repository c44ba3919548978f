"""What the platform allows, as data: byte limits, rates and the capability table per channel.

The number after each fact is the page it comes from:
developer.work.weixin.qq.com/document/path/<number>.
"""

import re
from typing import Final

from bot.core.messages import TargetKind
from bot.core.ports import Capabilities, Hears, Rate

# Self-built app (自建应用)
APP_TEXT_BYTES: Final = 2048  # 90236 for pushes; 96469 for answers: cut beyond it
APP_MARKDOWN_BYTES: Final = 2048  # 90236
APP_DUPLICATE_CHECK_SECONDS: Final = 600
"""How long the platform swallows a second send of the same request to a person.

It offers up to four hours, 1800 seconds by default (90236). A short time is enough for our own
repeats, and does not swallow the same honest answer given twice in an afternoon.
"""

# Intelligent robot (智能机器人)
ROBOT_CONTENT_BYTES: Final = 20_480  # 101031 for answers, 101138 for the response_url
ROBOT_WELCOME_BYTES: Final = 2048  # 101031 names no limit; the app's is taken

# Message push webhook (消息推送)
WEBHOOK_TEXT_BYTES: Final = 2048  # 99110
WEBHOOK_MARKDOWN_BYTES: Final = 4096  # 99110

# Cards with buttons (button_interaction), the same for app and robot: 90236, 101032
CARD_BUTTONS: Final = 6
CARD_KEY_BYTES: Final = 1024
CARD_TASK_ID: Final = re.compile(r"[0-9A-Za-z_@-]{1,128}")
CARD_HOME_URL: Final = "https://work.weixin.qq.com"
"""Where a card without buttons leads: text_notice must lead somewhere (101032)."""

# Calls
REQUEST_SECONDS: Final = 10.0  # ours: the platform answers within one
CONNECT_SECONDS: Final = 5.0  # ours
RESPONSE_BYTES: Final = 1024 * 1024  # ours: a group of 2,000 people takes a tenth of it
MINUTE_BAN_SECONDS: Final = 60.0  # 90312: who exceeds a minute's rate waits a minute
SECRET_REPAIR_SECONDS: Final = 300.0  # ours: until somebody has corrected the settings

WECOM_APP: Final = Capabilities(
    hears_in_groups=Hears.NOTHING,  # 90238
    sees_members=True,  # 96361: change_external_chat
    answers_in_request=True,  # 90241
    answers_later=False,
    pushes_to=frozenset({TargetKind.PERSON, TargetKind.GROUP}),  # 90236, 90248
    repeat_is_safe_to=frozenset({TargetKind.PERSON}),  # 90236; a group has no such check (90248)
    cards_in_answers=False,
    mentions=False,
    text_bytes=APP_TEXT_BYTES,
    markdown_bytes=APP_MARKDOWN_BYTES,
    rates=(
        Rate(30, 60, per_target=True),  # 90312: per member; beyond it silently dropped
        Rate(1_000, 3_600, per_target=True),
        Rate(10_000, 60, per_target=False),  # 90312: any one API, per company
        Rate(150_000, 3_600, per_target=False),
    ),
)

WECOM_ROBOT: Final = Capabilities(
    hears_in_groups=Hears.MENTIONS,  # 100719
    sees_members=False,  # 101027: no such event
    answers_in_request=True,  # 101031
    answers_later=True,  # 101138: one response_url per callback, one hour, one use
    pushes_to=frozenset(),
    repeat_is_safe_to=frozenset(),
    cards_in_answers=True,  # 101031
    mentions=False,
    text_bytes=ROBOT_CONTENT_BYTES,
    markdown_bytes=ROBOT_CONTENT_BYTES,
    rates=(),  # every send consumes an address of its own
)

GROUP_WEBHOOK: Final = Capabilities(
    hears_in_groups=Hears.NOTHING,
    sees_members=False,
    answers_in_request=False,
    answers_later=False,
    pushes_to=frozenset({TargetKind.GROUP}),
    repeat_is_safe_to=frozenset(),
    cards_in_answers=False,
    mentions=True,  # 99110: mentioned_list of texts
    text_bytes=WEBHOOK_TEXT_BYTES,
    markdown_bytes=WEBHOOK_MARKDOWN_BYTES,
    rates=(Rate(20, 60, per_target=False),),  # 99110: per webhook
)
