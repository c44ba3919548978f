"""The self-built app answers in the open request, as wechatpy reads it."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.enterprise import parse_message

from bot.core.events import MediaKind, Receipt
from bot.core.ids import UserId
from bot.core.messages import (
    Card,
    CardUpdate,
    Link,
    Markdown,
    Media,
    Message,
    Notice,
    Post,
    Text,
    Waiting,
)
from bot.core.ports import Answer
from bot.platforms.limits import APP_MARKDOWN_BYTES, APP_TEXT_BYTES

from .support import CORP_ID, NOW
from .wecom_app_support import APP, CARD, ORACLE, deliver, payload


def read_answer(message: Message, receipt: Receipt | None = None) -> ET.Element:
    """What the platform would see: wechatpy checks the signature and decrypts."""
    answer = APP.write_answer(receipt or deliver(payload("text")), message, NOW)
    outer = ET.fromstring(answer.body)
    assert [child.tag for child in outer] == ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]
    plaintext = ORACLE.decrypt_message(
        answer.body,
        outer.findtext("MsgSignature"),
        outer.findtext("TimeStamp"),
        outer.findtext("Nonce"),
    )
    return ET.fromstring(plaintext)


def test_wechatpy_reads_an_answer_as_a_text_for_the_sender() -> None:
    answer = APP.write_answer(deliver(payload("text")), Text("签到成功"), NOW)
    outer = ET.fromstring(answer.body)
    assert answer.content_type == "application/xml"
    assert outer.findtext("TimeStamp") == str(int(NOW.timestamp()))
    message = parse_message(
        ORACLE.decrypt_message(
            answer.body,
            outer.findtext("MsgSignature"),
            outer.findtext("TimeStamp"),
            outer.findtext("Nonce"),
        )
    )
    assert (message.type, message.content) == ("text", "签到成功")
    assert (message.source, message.target) == (CORP_ID, "zhang.san@yutang")
    assert message.create_time.timestamp() == NOW.timestamp()


def test_every_answer_has_a_nonce_of_its_own() -> None:
    receipt = deliver(payload("text"))
    answers = [APP.write_answer(receipt, Text("hi"), NOW).body for _ in range(2)]
    nonces = {ET.fromstring(answer).findtext("Nonce") for answer in answers}
    assert len(nonces) == 2
    assert receipt.nonce not in nonces


@pytest.mark.parametrize(
    ("message", "content"),
    [
        (Text("**不是标记**"), "**不是标记**"),
        (
            Markdown("# 榜单\n> **张三** 得 [30](https://example.com/a) 分\n`ok` <@lisi>"),
            "榜单\n张三 得 30 https://example.com/a 分\nok @lisi",
        ),
        (Markdown('<font color="warning">快</font> 3 * 4 > 5'), "快 3 * 4 > 5"),
        (CARD, "抢红包\n手快有\n1. 领取\n2. 规则"),
        (CardUpdate(UserId("zhangsan"), Card("已领取", "", (), "packet-17")), "已领取"),
        (
            Notice("prize", (), "中奖了", "https://hejian.example/a"),
            "中奖了\nhttps://hejian.example/a",
        ),
        (Post("今天的桌面", (Media(MediaKind.IMAGE, "a.png"),)), "今天的桌面"),
        (Waiting("正在查询…"), "正在查询…"),
    ],
)
def test_an_answer_is_plain_text_whatever_was_said(message: Message, content: str) -> None:
    assert read_answer(message).findtext("Content") == content


def test_a_page_is_answered_as_an_article() -> None:
    link = Link("鱼" * 100, "塘" * 300, "https://hejian.example/a?b&c", "https://hejian.example/p")
    document = read_answer(link)
    assert (document.findtext("MsgType"), document.findtext("ArticleCount")) == ("news", "1")
    (article,) = document.findall("Articles/item")
    shown = {part.tag: part.text or "" for part in article}
    assert shown.keys() == {"Title", "Description", "PicUrl", "Url"}
    assert (shown["Url"], shown["PicUrl"]) == (link.url, link.picture_url)
    assert 122 < len(shown["Title"].encode()) <= 128
    assert 506 < len(shown["Description"].encode()) <= 512


def test_a_file_cannot_be_answered_in_the_request() -> None:
    receipt = deliver(payload("text"))
    assert APP.write_answer(receipt, Media(MediaKind.IMAGE, "a.png"), NOW) == Answer()


def test_the_limits_are_those_of_the_documentation() -> None:
    assert (APP_TEXT_BYTES, APP_MARKDOWN_BYTES) == (2048, 2048)


@pytest.mark.parametrize("length", [APP_TEXT_BYTES // 3, APP_TEXT_BYTES, 5000])
def test_an_answer_keeps_the_byte_limit_and_whole_characters(length: int) -> None:
    content = read_answer(Text("鱼" * length)).findtext("Content") or ""
    assert len(content.encode()) <= APP_TEXT_BYTES
    assert len(content.encode()) > APP_TEXT_BYTES - 6
    assert set(content) <= {"鱼", "…"}
    assert content.endswith("…") == (length * 3 > APP_TEXT_BYTES)


def test_a_long_card_loses_prose_but_no_option() -> None:
    long = Card("标题", "长" * 3000, CARD.buttons, "packet-17")
    content = read_answer(long).findtext("Content") or ""
    assert len(content.encode()) <= APP_TEXT_BYTES
    assert content.endswith("…\n1. 领取\n2. 规则")


def test_an_answer_cannot_be_broken_out_of() -> None:
    evil = "a]]></Content><Evil>1</Evil><Content><![CDATA[b"
    document = read_answer(Text(evil))
    assert document.findtext("Content") == evil
    assert document.find("Evil") is None


@given(st.text())
def test_any_text_can_be_answered(text: str) -> None:
    content = read_answer(Text(text)).findtext("Content") or ""
    assert len(content.encode()) <= APP_TEXT_BYTES


@pytest.mark.parametrize("name", ["image", "click", "template_card_event", "enter_agent"])
def test_whatever_a_member_does_can_be_answered(name: str) -> None:
    assert read_answer(Text("收到"), deliver(payload(name))).findtext("Content") == "收到"


@pytest.mark.parametrize("name", ["external_chat_add_member", "kf_msg_or_event", "unsubscribe"])
def test_there_is_no_answer_where_nobody_asked(name: str) -> None:
    assert APP.write_answer(deliver(payload(name)), Text("欢迎"), NOW).body == b""
