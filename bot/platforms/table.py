"""What each kind of channel can do, and how fast. Features ask this table, never a name.

The number after each fact is the page it comes from:
developer.work.weixin.qq.com/document/path/<number>; "mp" is developers.weixin.qq.com/doc.
"""

from collections.abc import Mapping
from typing import Final

from bot.core.events import EventKind, MediaKind
from bot.core.messages import TargetKind
from bot.core.ports import Capabilities, Hears, Rate, Window
from bot.platforms import limits

_ALL_MEDIA: Final = frozenset(MediaKind)
_HOUR: Final = 3600
_CALLS: Final = (  # 90312: any one API, per company
    Rate(10_000, 60, per_chat=False),
    Rate(150_000, _HOUR, per_chat=False),
)

WECOM_APP: Final = Capabilities(
    hears_in_private=True,
    sees_members=True,  # 90247: the lists of its own groups can be read
    answers_in_request=True,  # 91116, 96469
    changes_cards_later=True,  # message/update_template_card, by a one-use code
    pushes_to=frozenset({TargetKind.PERSON, TargetKind.GROUP}),  # 90236, 90248
    repeat_is_safe_to=frozenset({TargetKind.PERSON}),  # 90236; a group has no such check (90248)
    text_bytes=limits.APP_TEXT_BYTES,
    markdown_bytes=limits.APP_MARKDOWN_BYTES,
    cards=frozenset({TargetKind.PERSON}),  # 90248: groups take none
    links=True,
    media=_ALL_MEDIA,
    rates=(
        Rate(30, 60, per_chat=True),  # 90312: per member; beyond it silently dropped
        Rate(1_000, _HOUR, per_chat=True),
        *_CALLS,
    ),
)

WECOM_ROBOT: Final = Capabilities(
    hears_in_groups=Hears.MENTIONS,  # 100719
    hears_in_private=True,
    answers_in_request=True,  # 101031
    answers_later=True,  # 101138: one response_url per callback, one hour, one use
    streams=True,  # 101031
    text_bytes=limits.ROBOT_CONTENT_BYTES,
    markdown_bytes=limits.ROBOT_CONTENT_BYTES,
    cards_in_answers=True,  # 101031
)
"""Every send consumes an address of its own, so there is no rate."""

WECOM_ROBOT_SOCKET: Final = Capabilities(
    hears_in_groups=Hears.MENTIONS,  # 100719
    hears_in_private=True,
    answers_later=True,  # 101463: by the callback's req_id, for 24 hours
    streams=True,
    changes_cards_later=True,
    pushes_to=frozenset({TargetKind.PERSON, TargetKind.GROUP}),
    first_word=True,  # 101463: only where someone has already written to it
    text_bytes=limits.ROBOT_CONTENT_BYTES,
    markdown_bytes=limits.ROBOT_CONTENT_BYTES,
    cards=frozenset({TargetKind.PERSON, TargetKind.GROUP}),
    cards_in_answers=True,
    media=_ALL_MEDIA,
    rates=(Rate(30, 60, per_chat=True), Rate(1_000, _HOUR, per_chat=True)),  # 101463
)

GROUP_WEBHOOK: Final = Capabilities(
    pushes_to=frozenset({TargetKind.GROUP}),
    mentions=True,  # 99110: mentioned_list of texts
    text_bytes=limits.WEBHOOK_TEXT_BYTES,
    markdown_bytes=limits.WEBHOOK_MARKDOWN_BYTES,
    links=True,
    media=frozenset({MediaKind.IMAGE, MediaKind.FILE, MediaKind.VOICE}),  # 99110
    rates=(Rate(20, 60, per_chat=False),),  # 99110: per webhook
)

CUSTOMER_CONTACT: Final = Capabilities(
    sees_members=True,  # 92122, and change_external_chat (92130)
    answers_later=True,  # 92137: a welcome code, 20 seconds, one use
    pushes_to=frozenset({TargetKind.RECORD}),  # 92118: mark_tag
    # 92135, and 95094 for Moments: an employee confirms
    tasks_to=frozenset({TargetKind.PERSON, TargetKind.GROUP, TargetKind.MOMENTS}),
    repeat_is_safe_to=frozenset({TargetKind.RECORD}),  # marking twice is marking once
    text_bytes=limits.MASS_TEXT_BYTES,
    links=True,
    media=frozenset({MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.FILE}),  # 92135
    attachments=limits.MASS_ATTACHMENTS,
    rates=(
        # 92135 by its strictest setting: one mass message a day for a customer or a customer group
        Rate(
            1,
            24 * _HOUR,
            per_chat=True,
            kinds=frozenset({TargetKind.GROUP, TargetKind.PERSON}),
            daily=True,
        ),
        *_CALLS,
    ),
)

CUSTOMER_SERVICE: Final = Capabilities(
    hears_in_private=True,
    answers_later=True,  # the welcome of an entered session
    repeat_is_safe_to=frozenset({TargetKind.PERSON}),  # 94677: msgid is ours
    pushes_to=frozenset({TargetKind.PERSON}),
    windows={EventKind.TEXT: Window(5, 48 * _HOUR), EventKind.MEDIA: Window(5, 48 * _HOUR)},
    text_bytes=limits.SERVICE_TEXT_BYTES,
    links=True,
    media=_ALL_MEDIA,
    hands_over=True,
    rates=_CALLS,
)
"""Source: 94677."""

OFFICIAL_ACCOUNT: Final = Capabilities(
    hears_in_private=True,
    answers_in_request=True,  # mp, passive replies
    pushes_to=frozenset({TargetKind.PERSON}),
    windows={  # mp, 客服消息
        EventKind.TEXT: Window(5, 48 * _HOUR),
        EventKind.MEDIA: Window(5, 48 * _HOUR),
        EventKind.CHOSE: Window(3, 60),
        EventKind.BEFRIENDED: Window(3, 60),
        EventKind.SCANNED: Window(3, 60),
    },
    text_bytes=limits.ACCOUNT_TEXT_BYTES,
    links=True,
    media=frozenset({MediaKind.IMAGE, MediaKind.VOICE, MediaKind.VIDEO}),
    notices=True,
    hands_over=True,
)

MINI_PROGRAM: Final = Capabilities(
    pushes_to=frozenset({TargetKind.PERSON}),
    notices=True,
)
"""Subscription messages only: each needs a consent that the person gave before (mp)."""

EMAIL: Final = Capabilities(
    pushes_to=frozenset({TargetKind.PERSON}),
    text_bytes=limits.MAIL_BYTES,
    links=True,
)

SMS: Final = Capabilities(
    pushes_to=frozenset({TargetKind.PERSON}),
    text_bytes=3 * limits.SMS_CHARACTERS,  # it counts characters; a Chinese one has three bytes
)

MEMBER_PAGE: Final = Capabilities(
    hears_in_private=True,
    answers_in_request=True,
    answers_wait=True,
    cards_in_answers=True,
    text_bytes=limits.ROBOT_CONTENT_BYTES,
    markdown_bytes=limits.ROBOT_CONTENT_BYTES,
)
"""Our own pages: no platform limits them."""

CAPABILITIES: Final[Mapping[str, Capabilities]] = {
    "wecom_app": WECOM_APP,
    "wecom_robot": WECOM_ROBOT,
    "wecom_robot_socket": WECOM_ROBOT_SOCKET,
    "group_webhook": GROUP_WEBHOOK,
    "customer_contact": CUSTOMER_CONTACT,
    "customer_service": CUSTOMER_SERVICE,
    "official_account": OFFICIAL_ACCOUNT,
    "mini_program": MINI_PROGRAM,
    "email": EMAIL,
    "sms": SMS,
    "member_page": MEMBER_PAGE,
}
"""By the ``kind`` of bot.yaml."""
