"""What the platform of Official Accounts allows, as the simulator believes it.

A second copy of the channels' table on purpose: the simulator judges the product, so it must not
learn the rules from it. "mp" is developers.weixin.qq.com/doc/service; what no page says is ours,
or marked unverified.
"""

import re
from typing import Final

from bot.simulator.limits import Window

# Tokens
TOKEN_SECONDS: Final = 7200  # mp, getAccessToken
TOKEN_OVERLAP_SECONDS: Final = 300  # unverified: how long the token before still works
FORCED_REFRESHES: Final = 20  # unverified: forced refreshes of the stable token in a day
FORCED_PAUSE_SECONDS: Final = 30  # unverified: between two of them
MINUTE_CALLS: Final = {"stable_token": (Window(10_000, 60),)}  # unverified
DAY_SECONDS: Final = 86_400
DAILY_CALLS: Final = {  # unverified: the quotas of a verified account, as guides quote them
    "stable_token": 500_000,
    "token": 2000,
    "message/custom/send": 500_000,
    "message/template/send": 100_000,
    "user/info": 5_000_000,
    "user/get": 500,
    "user/info/updateremark": 10_000,
    "menu/create": 1000,
    "menu/get": 10_000,
    "menu/delete": 1000,
    "qrcode/create": 100_000,
    "media/upload": 100_000,
    "media/get": 200_000,
}

# Customer messages (客服消息): mp, sendCustomMessage
AFTER_WORDS: Final = Window(5, 48 * 3600)
AFTER_CLICK: Final = Window(3, 60)
AFTER_FOLLOW: Final = Window(3, 60)
AFTER_SCAN: Final = Window(3, 60)
TYPING_SECONDS: Final = 30  # unverified: since the person's last act
TEXT_BYTES: Final = 2048  # unverified
NEWS_ARTICLES: Final = 1  # mp, sendCustomMessage: one article, which leads out

# Passive replies
REPLY_ARTICLES_TO_WORDS: Final = 1  # unverified: one since 2018
REPLY_ARTICLES_TO_EVENTS: Final = 8  # unverified

# Templates and subscriptions
SAME_CLIENT_MESSAGE_SECONDS: Final = 600  # mp, sendTemplateMessage: client_msg_id
KEYWORD_CHARACTERS: Final = {  # mp, subscription messages: what a keyword's kind may hold
    "thing": 20,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "character_string": 32,
    "phone_number": 17,
    "car_number": 8,
    "name": 20,
    "phrase": 5,
}
KEYWORD: Final = re.compile(r"([a-z_]+?)\d+")

# Media: mp, temporary media
THUMB: Final = "thumb"
MEDIA_BYTES: Final = {
    "image": 10 * 1024 * 1024,
    "voice": 2 * 1024 * 1024,
    "video": 10 * 1024 * 1024,
    THUMB: 64 * 1024,
}

# Codes with a parameter: mp, createQRCode
QR_SECONDS: Final = 60
QR_SECONDS_MAX: Final = 2_592_000
QR_SCENE_MAX: Final = 2**32 - 1
QR_LIMIT_SCENE_MAX: Final = 100_000
QR_SCENE_CHARACTERS: Final = 64
QR_LIMIT_CODES: Final = 100_000

# Users and tags: mp
TAGS: Final = 100
TAG_CHARACTERS: Final = 30
TAG_HOLDERS_FOR_DELETION: Final = 100_000
TAGS_A_FOLLOWER: Final = 20
TAGGING_BATCH: Final = 50
SYSTEM_TAGS: Final = frozenset({0, 1, 2})
FIRST_TAG: Final = 100  # ours: where the numbers of own tags begin
FOLLOWERS_PAGE: Final = 10_000
PROFILE_BATCH: Final = 100
REMARK_CHARACTERS: Final = 29  # below 30

# Menu: mp, createCustomMenu
MENU_BUTTONS: Final = 3
MENU_SUB_BUTTONS: Final = 5
MENU_NAME_BYTES: Final = 16
MENU_SUB_NAME_BYTES: Final = 60
MENU_KEY_BYTES: Final = 128
MENU_URL_BYTES: Final = 1024

# OAuth: mp, web page authorisation; 96442 for the company's
STATE: Final = re.compile(r"[0-9A-Za-z]{0,128}")
CODE_SECONDS: Final = 300
WEB_TOKEN_SECONDS: Final = 7200
