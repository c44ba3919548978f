"""What the platform allows, as the simulator believes it.

The channels have a table of their own. This one is a second copy on purpose: the simulator judges
the product, so it must not learn the rules from it. The number after each fact is the page it
comes from: developer.work.weixin.qq.com/document/path/<number>.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``limit`` in any ``seconds``."""

    limit: int
    seconds: int


# Callbacks
CHECK_SECONDS: Final = 1.0  # 91116, 101033: answer to the check of the address
ANSWER_SECONDS: Final = 5.0  # 91116, 101027: then the connection is cut
MESSAGE_TRIES: Final = 3  # 91116: any status but 200 and every cut is tried again, 3 in all
TAP_TRIES: Final = 1  # 101027: a tap is told once
STREAM_SECONDS: Final = 360  # 100719: refreshes stop 6 minutes after the user's message
STREAM_PAUSE_SECONDS: Final = 1.0  # not written down; about what the client does
IN_WORK_PER_USER: Final = 3  # 100719: a user's messages in work at once with one robot
ANSWER_BODY_BYTES: Final = 1024 * 1024  # ours: 20,480 bytes of text take a twentieth of it

# Answers in the open request
ROBOT_CONTENT_BYTES: Final = 20_480  # 101031, 101138
APP_ANSWER_BYTES: Final = 2048  # 96469: cut beyond it
RESPONSE_URL_SECONDS: Final = 3600  # 101138: one hour, one use

# Cards
CARD_TYPES: Final = frozenset(  # 101032
    {
        "text_notice",
        "news_notice",
        "button_interaction",
        "vote_interaction",
        "multiple_interaction",
    }
)
NOTICE_TYPES: Final = frozenset({"text_notice", "news_notice"})  # 101032: these need card_action
CARD_BUTTONS: Final = 6  # 101032
CARD_KEY_BYTES: Final = 1024  # 101032
TASK_ID: Final = re.compile(r"[0-9A-Za-z_@-]{1,128}")  # 101032

# Tokens
TOKEN_SECONDS: Final = 7200  # 91039

# Sends of the app to people
PERSON_TEXT_BYTES: Final = 2048  # 90236, text and markdown
PERSON_RECEIVERS: Final = 1000  # 90236
TEXTCARD_TITLE_BYTES: Final = 128  # 90236
TEXTCARD_DESCRIPTION_BYTES: Final = 512  # 90236
URL_BYTES: Final = 2048  # 90236
NEWS_ARTICLES: Final = 8  # 90236
DUPLICATE_SECONDS: Final = 1800  # 90236: unless the call names another time
DUPLICATE_SECONDS_MAX: Final = 4 * 3600  # 90236
PERSON_RATES: Final = (Window(30, 60), Window(1000, 3600))  # 90312: excess silently dropped

# Groups made by the app
CHAT_NAME_CHARACTERS: Final = 50  # 90245
CHAT_MEMBERS_MIN: Final = 2  # 90245
CHAT_MEMBERS_MAX: Final = 500  # 90245
CHAT_ID: Final = re.compile(r"[0-9A-Za-z]{1,32}")  # 90245
CHAT_TEXT_BYTES: Final = 2048  # 90248, text and markdown
CHAT_CREATIONS: Final = (Window(1000, 86_400),)  # 90312
CHAT_CHANGES: Final = (Window(100, 3600),)  # 90312
CHAT_DELIVERIES: Final = (Window(20_000, 60), Window(300_000, 3600))  # 90312, person-times
CHAT_MEMBER_RATES: Final = (Window(200, 60), Window(10_000, 86_400))  # 90312, dropped silently

# Message push webhook
WEBHOOK_TEXT_BYTES: Final = 2048  # 99110
WEBHOOK_MARKDOWN_BYTES: Final = 4096  # 99110
WEBHOOK_IMAGE_BYTES: Final = 2 * 1024 * 1024  # 99110, before Base64
WEBHOOK_RATES: Final = (Window(20, 60),)  # 99110

# Any call
CALL_RATES: Final = (Window(10_000, 60), Window(150_000, 3600))  # 90312, one API of a company
CALL_BODY_BYTES: Final = 4 * 1024 * 1024  # ours: an image of 2 MB in Base64 fits
