"""Sizes and times that the platforms allow. Rates and abilities stand in ``table.py``.

The number after each fact is the page it comes from:
developer.work.weixin.qq.com/document/path/<number>; "mp" is developers.weixin.qq.com/doc. What no
page says is ours, or marked unverified.
"""

import re
from typing import Final

# Self-built app (自建应用)
APP_TEXT_BYTES: Final = 2048  # 90236 for pushes; 96469 for answers: cut beyond it
APP_MARKDOWN_BYTES: Final = 2048  # 90236
APP_LINK_TITLE_BYTES: Final = 128  # 90236, textcard and news
APP_LINK_TEXT_BYTES: Final = 512  # 90236
APP_LINK_URL_BYTES: Final = 2048  # 90236
APP_RECALL_SECONDS: Final = 24 * 3600  # unverified
APP_CARD_CODE_SECONDS: Final = 24 * 3600  # unverified: the code that a tap brings, one use
APP_DUPLICATE_CHECK_SECONDS: Final = 600
"""How long the platform swallows a second send of the same request to a person.

It offers up to four hours, 1800 seconds by default (90236). A short time is enough for our own
repeats, and does not swallow the same honest answer given twice in an afternoon.
"""
CHAT_MEMBERS_MIN: Final = 2  # 90245
CHAT_MEMBERS_MAX: Final = 500  # 90245
CHAT_NAME_CHARACTERS: Final = 50  # 90245
CHAT_ID: Final = re.compile(r"[0-9A-Za-z]{1,32}")  # 90245

# Intelligent robot (智能机器人)
ROBOT_CONTENT_BYTES: Final = 20_480  # 101031 for answers, 101138 for the response_url
ROBOT_FEEDBACK_BYTES: Final = 256  # 101031: the id under which an answer can be rated
ROBOT_WELCOME_BYTES: Final = 2048  # 101031 names no limit; the app's is taken
ROBOT_RESPONSE_URL_SECONDS: Final = 3600  # 101138: one hour, one use
ROBOT_EVENT_SECONDS: Final = 5  # 101027: welcome and card changes
ROBOT_STREAM_SECONDS: Final = 360  # 100719: the client stops asking; 101463 has two readings, 6 min
ROBOT_REPLY_SECONDS: Final = 24 * 3600  # 101463: answers to a message's req_id
ROBOT_FILE_BYTES: Final = 100 * 1024 * 1024  # 100719
ROBOT_MEDIA_URL_SECONDS: Final = 300  # 100719

# Robot over WebSocket: 101463
SOCKET_PING_SECONDS: Final = 30.0
SOCKET_ACK_SECONDS: Final = 5.0
SOCKET_SILENT_PINGS: Final = 2  # ours: unanswered pings after which the connection is given up
SOCKET_BACKOFF_SECONDS: Final = 1.0  # ours: the first pause before connecting again
SOCKET_BACKOFF_MOST_SECONDS: Final = 60.0  # ours
SOCKET_CHUNK_BYTES: Final = 512 * 1024
SOCKET_CHUNKS: Final = 100
SOCKET_FRAME_BYTES: Final = 1024 * 1024  # ours: a chunk in Base64 and its frame

# Message push webhook (消息推送)
WEBHOOK_TEXT_BYTES: Final = 2048  # 99110
WEBHOOK_MARKDOWN_BYTES: Final = 4096  # 99110
WEBHOOK_IMAGE_BYTES: Final = 2 * 1024 * 1024  # 99110, before Base64
WEBHOOK_FILE_BYTES: Final = 20 * 1024 * 1024  # 99110
WEBHOOK_LINK_TITLE_BYTES: Final = 128  # 99110, news
WEBHOOK_LINK_TEXT_BYTES: Final = 512  # 99110

# Cards with buttons (button_interaction), the same for app and robot: 90236, 101032
CARD_BUTTONS: Final = 6
CARD_KEY_BYTES: Final = 1024
CARD_TASK_ID: Final = re.compile(r"[0-9A-Za-z_@-]{1,128}")
CARD_HOME_URL: Final = "https://work.weixin.qq.com"
"""Where a card without buttons leads: text_notice must lead somewhere (101032)."""

# Media of the WeCom API
MEDIA_BYTES: Final = {  # 90455 by the text of errcode 45001; the lower of two readings
    "image": 5 * 1024 * 1024,
    "voice": 2 * 1024 * 1024,
    "video": 10 * 1024 * 1024,
    "file": 20 * 1024 * 1024,
}
MEDIA_LEAST_BYTES: Final = 6  # media page: more than 5
MEDIA_SECONDS: Final = 3 * 24 * 3600  # media page: three days
MEDIA_READ_BYTES: Final = ROBOT_FILE_BYTES + 32  # what is fetched at most: the largest, padded

# Customer contact (客户联系)
EXTERNAL_USER_ID: Final = re.compile(r"w[mo][0-9A-Za-z_-]+")  # 92114
WELCOME_SECONDS: Final = 20  # 92137: one use
WELCOME_TEXT_BYTES: Final = 4000  # 92137
MASS_TEXT_BYTES: Final = 4000  # 92135
MASS_ATTACHMENTS: Final = 9  # 92135, 92137
MASS_LINK_TITLE_BYTES: Final = 128  # 92135
MASS_LINK_TEXT_BYTES: Final = 512  # 92135
MASS_LINK_URL_BYTES: Final = 2048  # 92135
MASS_PAGE: Final = 1000  # get_groupmsg_task, get_groupmsg_send_result
MASS_CUSTOMERS: Final = 10_000  # 92135
MASS_CHATS: Final = 2000  # 92135
MASS_REMINDERS_A_DAY: Final = 3  # quoted by SDKs
MOMENT_TEXT_BYTES: Final = 4000  # 95094
MOMENT_PICTURES: Final = 9  # 95094: or one film, or one link
MOMENT_JOB_SECONDS: Final = 24 * 3600  # 95094: how long a jobid can be asked after
MOMENT_PAGE: Final = 1000  # get_moment_task
STATE_CHARACTERS: Final = 30  # 92228, 92229
WAY_REMARK_CHARACTERS: Final = 30  # 92228, 92229
JOIN_WAY_CHATS: Final = 5  # 92229
CONTACT_PAGE: Final = 100  # batch/get_by_user: userids a call and customers a page
FOLLOWERS_PAGE: Final = 500  # externalcontact/get
TAG_NAME_CHARACTERS: Final = 30  # 92563
CORP_TAGS: Final = 10_000  # 92563

# WeChat customer service (微信客服)
SERVICE_PAGE: Final = 1000  # sync_msg
SERVICE_TICKET_SECONDS: Final = 600  # unverified
SERVICE_WELCOME_SECONDS: Final = 20  # unverified: send_msg_on_event
SERVICE_TEXT_BYTES: Final = 2048  # 94677
SERVICE_MESSAGE_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,32}")  # 94677
SERVICE_MENU_HEAD_BYTES: Final = 1024  # 94677, msgmenu
SERVICE_MENU_ENTRY_BYTES: Final = 1024  # 94677, msgmenu: an entry that leads to a page

# Official Account (公众号): mp
ACCOUNT_TEXT_BYTES: Final = 2048  # unverified
ACCOUNT_ANSWER_SECONDS: Final = 5
ACCOUNT_SCENE_CHARACTERS: Final = 64
ACCOUNT_QR_SECONDS: Final = 2_592_000  # 30 days, temporary codes
ACCOUNT_TAGS: Final = 100
ACCOUNT_TAGS_A_FOLLOWER: Final = 20
ACCOUNT_TAGGING_BATCH: Final = 50
ACCOUNT_TAG_CHARACTERS: Final = 30
ACCOUNT_FOLLOWERS_PAGE: Final = 10_000
ACCOUNT_PROFILE_BATCH: Final = 100
ACCOUNT_MENU_BUTTONS: Final = 3
ACCOUNT_MENU_SUB_BUTTONS: Final = 5
ACCOUNT_REMARK_CHARACTERS: Final = 29  # below 30

# Template and subscription messages (模板消息, 订阅消息): mp, sendMessage of mini programs
KEYWORD: Final = re.compile(r"([a-z_]+?)[0-9]+")  # thing1: its kind and its number
KEYWORD_CHARACTERS: Final = {"thing": 20, "phrase": 5, "name": 10}  # kinds that hold prose

# Web page authorisation (网页授权): 96441, mp
LOGIN_STATE: Final = re.compile(r"[0-9A-Za-z]{1,128}")

# Short messages (短信) and mail
SMS_CHARACTERS: Final = 500  # Alibaba Cloud: longest message with its signature
SMS_MENU_ITEMS: Final = 3  # ours: entries of a menu's first level, as smart SMS has them
MAIL_SECONDS: Final = 20.0  # ours: a mail server is slower than an API
MAIL_BYTES: Final = 512 * 1024  # ours

# Accounts and groups that people dress up by hand
NICKNAME_CHARACTERS: Final = 16  # unverified
SIGNATURE_CHARACTERS: Final = 30  # unverified
COVER_CHARACTERS: Final = 40  # ours: words on a picture are read at a glance
NOTICE_CHARACTERS: Final = 500  # ours: a longer one is not read

# Calls
REQUEST_SECONDS: Final = 10.0  # ours: the platform answers within one
CONNECT_SECONDS: Final = 5.0  # ours
MEDIA_REQUEST_SECONDS: Final = 60.0  # ours: a large file takes longer
RESPONSE_BYTES: Final = 4 * 1024 * 1024  # ours: a page of 100 customers takes a twentieth of it
WINDOW_RETRY_SECONDS: Final = 3600.0  # ours: a window that we took for open was not
SECRET_REPAIR_SECONDS: Final = 300.0  # ours: until somebody has corrected the settings
LIMIT_SECONDS: Final = (60.0, 3600.0, 86_400.0)
"""How long a limit that was exceeded stays closed: by its window, a minute, an hour, a day (90312).

The platform does not say which one it was, so a limit that is met again right after a pause is
taken for the next longer one.
"""
