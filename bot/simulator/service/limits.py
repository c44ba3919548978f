"""What WeChat customer service allows, as the simulator believes it.

The number after each fact is the page it comes from:
developer.work.weixin.qq.com/document/path/<number>.
"""

import re
from typing import Final

from bot.simulator.limits import Window

# Reading what came in (94699)
TICKET_SECONDS: Final = 600
PAGE: Final = 1000
CURSOR_BYTES: Final = 64
KEPT_SECONDS: Final = 3 * 86_400
READS_WITHOUT_TICKET: Final = (Window(60, 60),)  # 94699: "strictly limited"; the number is ours

# Sending to a customer (96427)
AFTER_WORDS: Final = Window(5, 48 * 3600)
MESSAGE_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,32}")
TEXT_BYTES: Final = 2048
LINK_TITLE_BYTES: Final = 128
LINK_TEXT_BYTES: Final = 512
LINK_URL_BYTES: Final = 2048
PROGRAM_TITLE_BYTES: Final = 64
MENU_WORDS_BYTES: Final = 1024
MENU_ITEMS: Final = 10
MENU_ID_BYTES: Final = 64
MENU_CLICK_BYTES: Final = 128
MENU_VIEW_BYTES: Final = 1024

# Answers to events (96428)
WELCOME_SECONDS: Final = 20
WELCOME_PAUSE_SECONDS: Final = 48 * 3600  # once in that time, and only before the first word
QUEUE_SECONDS: Final = 48 * 3600
TAKEN_SECONDS: Final = 48 * 3600
END_SECONDS: Final = 20

# Sessions and people
SESSION_SECONDS: Final = 48 * 3600  # 94698
CUSTOMERS_BATCH: Final = 100  # 95159
