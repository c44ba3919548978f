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
FILE_BYTES: Final = 100 * 1024 * 1024  # 100719: the largest file that a robot is told of
ANSWER_BODY_BYTES: Final = 1024 * 1024  # ours: 20,480 bytes of text take a twentieth of it

# Answers in the open request
ROBOT_CONTENT_BYTES: Final = 20_480  # 101031, 101138
APP_ANSWER_BYTES: Final = 2048  # 96469: cut beyond it
RESPONSE_URL_SECONDS: Final = 3600  # 101138: one hour, one use
STREAM_PICTURES: Final = 10  # 101031, with the last frame only
STREAM_PICTURE_BYTES: Final = 10 * 1024 * 1024  # 101031, before Base64
FEEDBACK_ID_BYTES: Final = 256  # 101031
FEEDBACK_REASONS: Final = frozenset({1, 2, 3, 4})  # 101027
PLATFORM_ZONE: Final = "Asia/Shanghai"  # unverified: whose midnight begins a day of enter_chat

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
CARD_OPTION_BYTES: Final = 128  # 101032: ids of options
CARD_SELECTS: Final = 3  # 101032: select_list
CARD_SELECT_OPTIONS: Final = 10  # 101032
CARD_CHECKS: Final = 20  # 101032: options of a checkbox
CARD_MENU: Final = 3  # 101032: action_menu
CARD_LISTS: Final = {  # 101032
    "horizontal_content_list": 6,
    "vertical_content_list": 4,
    "jump_list": 3,
}
TASK_ID: Final = re.compile(r"[0-9A-Za-z_@-]{1,128}")  # 101032

# Tokens
TOKEN_SECONDS: Final = 7200  # 91039

# Sends of the app to people
PERSON_TEXT_BYTES: Final = 2048  # 90236, text and markdown
PERSON_RECEIVERS: Final = 1000  # 90236
PARTY_RECEIVERS: Final = 100  # 90236: toparty and totag
TEXTCARD_TITLE_BYTES: Final = 128  # 90236
TEXTCARD_DESCRIPTION_BYTES: Final = 512  # 90236
URL_BYTES: Final = 2048  # 90236
TEXTCARD_BUTTON_CHARACTERS: Final = 4  # 90236: btntxt
NEWS_ARTICLES: Final = 8  # 90236
MPNEWS_AUTHOR_BYTES: Final = 64  # 90236
MPNEWS_CONTENT_BYTES: Final = 666 * 1024  # 90236
PROGRAM_ITEMS: Final = 10  # 90236: content_item of miniprogram_notice
PROGRAM_WORD_CHARACTERS: Final = (4, 12)  # 90236: title and description of miniprogram_notice
DUPLICATE_SECONDS: Final = 1800  # 90236: unless the call names another time
DUPLICATE_SECONDS_MAX: Final = 4 * 3600  # 90236
PERSON_RATES: Final = (Window(30, 60), Window(1000, 3600))  # 90312: excess silently dropped

RECALL_SECONDS: Final = 24 * 3600  # 94867
CARD_CODE_SECONDS: Final = 72 * 3600  # 94888, one use
MENU_BUTTONS: Final = 3  # 90231
MENU_SUB_BUTTONS: Final = 5  # 90231
MENU_NAME_BYTES: Final = 16  # 90231
MENU_SUB_NAME_BYTES: Final = 40  # 90231
MENU_KEY_BYTES: Final = 128  # 90231
MENU_URL_BYTES: Final = 1024  # 90231

# Media
MEDIA_LEAST_BYTES: Final = 6  # 90253: more than 5
MEDIA_SECONDS: Final = 3 * 86_400  # 90253
MEDIA_BYTES: Final = {  # the lower of 90253 and of what errcode 45001 says (90455)
    "image": 5 * 1024 * 1024,
    "voice": 2 * 1024 * 1024,
    "video": 10 * 1024 * 1024,
    "file": 20 * 1024 * 1024,
}
PICTURE_BYTES: Final = 2 * 1024 * 1024  # 90256: uploadimg
PICTURES: Final = (Window(100, 86_400),)  # 90312: uploadimg, per company
ROBOT_MEDIA_SECONDS: Final = 300  # 100719: addresses of media that people send to robots
UPLOAD_BODY_BYTES: Final = 21 * 1024 * 1024  # ours: the largest file in its multipart frame

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

# Robot over WebSocket
SOCKET_EVENT_SECONDS: Final = 5  # 101463: welcome and changed card
SOCKET_REPLY_SECONDS: Final = 86_400  # 101463
SOCKET_STREAM_SECONDS: Final = 360  # 101463 in the stricter of its readings, from the first frame
SOCKET_RATES: Final = (Window(30, 60), Window(1000, 3600))  # 101463: per chat; a stream is one
SOCKET_UPLOADS: Final = (Window(30, 60), Window(1000, 3600))  # 101463
SOCKET_CHUNK_BYTES: Final = 512 * 1024  # 101463, before Base64
SOCKET_CHUNKS: Final = 100  # 101463
SOCKET_MEDIA_BYTES: Final = {  # 101463
    "image": 10 * 1024 * 1024,
    "voice": 2 * 1024 * 1024,
    "video": 10 * 1024 * 1024,
    "file": 20 * 1024 * 1024,
}

# Any call
CALL_RATES: Final = (Window(10_000, 60), Window(150_000, 3600))  # 90312, one API of a company
CALL_BODY_BYTES: Final = 4 * 1024 * 1024  # ours: an image of 2 MB in Base64 fits

# Customer contact (客户联系)
WELCOME_SECONDS: Final = 20  # 92137: one use, the first app that calls
CONTACT_TEXT_BYTES: Final = 4000  # 92135, 92137
CONTACT_ATTACHMENTS: Final = 9  # 92135, 92137
LINK_TITLE_BYTES: Final = 128  # 92135
LINK_DESCRIPTION_BYTES: Final = 512  # 92135
MINI_PROGRAM_TITLE_BYTES: Final = 64  # 92135
MASS_CUSTOMERS: Final = 10_000  # 92135
MASS_CHATS: Final = 2000  # 92135
MASS_GROUP_TAGS: Final = 100  # 92135: tags of one group in a filter
MASS_LIST_PAGE: Final = (50, 100)  # 93338: usual and largest; more than that gives the usual one
MASS_RESULT_PAGE: Final = (500, 1000)  # 93338
MASS_LIST_SECONDS: Final = 31 * 86_400  # 93338: one month
MASS_REMINDERS: Final = (Window(3, 86_400),)  # quoted by SDKs
MOMENT_TEXT_BYTES: Final = 4000  # 95094
MOMENT_PICTURES: Final = 9  # 95094: or one film, or one link
MOMENT_LINK_TITLE_BYTES: Final = 64  # 95094
MOMENT_JOB_SECONDS: Final = 86_400  # 95094
MOMENT_START_SECONDS: Final = 1  # ours: how long a job is only started …
MOMENT_DONE_SECONDS: Final = 3  # ours: … and when it is done
MOMENT_PAGE: Final = (500, 1000)  # 93333: get_moment_task
MOMENTS: Final = (Window(10, 60),)  # quoted by SDKs: add_moment_task, per company
MOMENTS_A_CUSTOMER: Final = 4  # unverified: how many of a month a customer is shown
STATE_CHARACTERS: Final = 30  # 92228, 92229
WAY_REMARK_CHARACTERS: Final = 30  # 92228 refuses more, 92229 cuts it off
WAYS: Final = 500_000  # 92228, 92229: contact ways and join ways of a company together
WAY_EMPLOYEES: Final = 100  # 92228
WAY_PAGE: Final = 1000  # 92228; 100 unless the call says more
WAY_SECONDS_MAX: Final = 14 * 86_400  # 92228: temporary codes, and the chats that they begin
WAY_SECONDS: Final = 7 * 86_400  # 92228: a temporary code, unless the call says otherwise
WAY_CHAT_SECONDS: Final = 86_400  # 92228
WAY_CHATS: Final = 5  # 92229
ROOM_NAME_CHARACTERS: Final = 40  # 92229
REMARK_CHARACTERS: Final = 20  # 92115: also for the company
DESCRIPTION_CHARACTERS: Final = 150  # 92115
CONTACT_EMPLOYEES: Final = 100  # 92994, 92120: userids in one call
CONTACT_PAGE: Final = 100  # 92994; 50 unless the call says more
FOLLOWERS_PAGE: Final = 500  # 92114
CORP_TAGS: Final = 10_000  # 92563
TAG_NAME_CHARACTERS: Final = 30  # 92117
GROUP_PAGE: Final = 1000  # 92120
VISIBLE_OWNERS: Final = 1000  # 92120: beyond it owner_filter is needed
