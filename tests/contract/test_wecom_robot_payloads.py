"""Every callback of the intelligent robot that the documentation names: what becomes of it."""

import json

import pytest

from bot.channels.robot_callbacks import RobotCallbacks
from bot.core.events import Event, Receipt
from bot.core.ids import ChannelKey

from .support import NOW, PAYLOADS
from .wecom_robot_support import deliver, payload

FILES = "https://wework.qpic.cn/example"
GROUP = "wrTESTGROUP0002"
OUTCOMES = {
    "disconnected_event": "unsupported disconnected_event",
    "enter_chat": "wangwu in wangwu opened",
    "feedback_bad": "zhangsan in zhangsan rated bad incomplete bad analysis 答的不是这个",
    "feedback_good": f"zhangsan in {GROUP} rated good",
    "feedback_withdrawn": "zhangsan in zhangsan rated withdrawn",
    "file": f"lisi in lisi media [file {FILES}/1]",
    "image": f"lisi in lisi media [image {FILES}/0]",
    "mixed": f"zhangsan in {GROUP} media 晒单 颜色很好看 [image {FILES}/0]",
    "mixed_pictures": f"zhangsan in {GROUP} media [image {FILES}/4] [image {FILES}/5]",
    "mixed_words": f"zhangsan in {GROUP} text 签到",
    "quote_of_image": f"zhangsan in {GROUP} text 这是哪一款",
    "quote_of_mixed": f"zhangsan in {GROUP} text 这是哪一款 on 今天的桌面",
    "socket_image": (
        f"lisi in lisi media [image {FILES}/7 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=]"
    ),
    "socket_text_group": f"zhangsan in {GROUP} text 签到",
    "stream": "refreshes robot/STREAM-0001",
    "template_card_event": (
        f"zhangsan in {GROUP} tapped question-1=option-1,option-2 by claim:17 of packet-17"
    ),
    "text_group": f"zhangsan in {GROUP} text 积分多少？",
    "text_quote": f"zhangsan in {GROUP} text 这个怎么领 on 今晚八点发红包",
    "text_single": "lisi in lisi text 签到",
    "video": f"lisi in lisi media [video {FILES}/3]",
    "voice": "lisi in lisi text 我的积分",
}
"""By the name of the payload file. Those with create_time and no response_url are the socket's."""


def outcome(receipt: Receipt) -> str:
    """A receipt as one line."""
    if receipt.unsupported or receipt.refreshes:
        assert not receipt.events
        return (
            f"unsupported {receipt.unsupported}"
            if receipt.unsupported
            else (f"refreshes {receipt.refreshes}")
        )
    (event,) = receipt.events
    return description(event)


def description(event: Event) -> str:
    """An event as a few words."""
    parts = [f"{event.user_id} in {event.conversation.chat_id} {event.kind}", *event.text.split()]
    parts += [f"on {event.quote}"] if event.quote else []
    parts += [f"by {event.button} of {event.task_id}"] if event.button else []
    parts += [
        f"[{' '.join(part for part in (item.kind, item.address, item.key) if part)}]"
        for item in event.media
    ]
    return " ".join(parts)


def test_the_table_names_every_payload_file() -> None:
    assert OUTCOMES.keys() == {path.stem for path in (PAYLOADS / "robot").iterdir()}


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_callback_is_decoded_or_acknowledged_by_name(name: str) -> None:
    assert outcome(deliver(payload(name))) == OUTCOMES[name]


@pytest.mark.parametrize("name", OUTCOMES)
def test_both_modes_read_the_same(name: str) -> None:
    callbacks = RobotCallbacks(ChannelKey("robot"), "小助手")
    assert outcome(callbacks.read(json.loads(payload(name)), NOW)) == OUTCOMES[name]


@pytest.mark.parametrize("name", OUTCOMES)
def test_ratings_and_what_is_of_no_use_take_no_answer(name: str) -> None:
    silent = OUTCOMES[name].startswith("unsupported") or " rated " in OUTCOMES[name]
    assert deliver(payload(name)).answerable != silent
