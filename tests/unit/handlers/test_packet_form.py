"""What an owner may type after 发红包, and that a proposal keeps all of it."""

import json

import pytest

from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.handlers.packets.form import Form, Word, from_payload, read_form, to_payload
from bot.rewards.packets.packets import Gate, GateKind, PacketKind, Purse, Terms
from tests.support.brand import brand

LUCKY, FIXED = PacketKind.LUCKY, PacketKind.FIXED


def read(typed: str) -> Form | None:
    """The form, in the words of the example brand."""
    templates = brand().persona.templates
    return read_form(typed, lambda template: templates[template][0])


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("100 10", Form(Terms(LUCKY, 100, 10))),
        ("１００分 10份 普通", Form(Terms(FIXED, 100, 10))),
        ("100 10 fixed", Form(Terms(FIXED, 100, 10))),
        ("300 30 红包雨 6", Form(Terms(LUCKY, 300, 30, drops=6))),
        ("300 30 普通 红包雨 6 新人可抢", Form(Terms(FIXED, 300, 30, drops=6, membership_hours=0))),
        ("100 10 专属 @小鹿 @阿 晴", Form(Terms(LUCKY, 100, 10), ("小鹿", "阿 晴"))),
        ("100 10 普通 专属 小鹿", Form(Terms(FIXED, 100, 10), ("小鹿",))),
        ("100 10 专属 标签 干皮", Form(Terms(LUCKY, 100, 10), tag="干皮")),
        (
            "100 10 口令 Spring ８!",
            Form(Terms(LUCKY, 100, 10, Gate(GateKind.PASSWORD, secret="spring 8"))),
        ),
        ("100 10 任务 签到", Form(Terms(LUCKY, 100, 10, Gate(GateKind.CHECKIN)))),
        ("100 10 签到", Form(Terms(LUCKY, 100, 10, Gate(GateKind.CHECKIN)))),
        (
            "100 10 任务 答题 补水 还是补油？ 补水",
            Form(Terms(LUCKY, 100, 10, Gate(GateKind.QUIZ, "补水 还是补油?", "补水"))),
        ),
        (
            "2000 10 预算 spring 现金",
            Form(
                Terms(
                    LUCKY,
                    2000,
                    10,
                    purse=Purse.CAMPAIGN,
                    campaign="spring",
                    currency=Currency.FEN,
                )
            ),
        ),
    ],
)
def test_a_form_is_read(typed: str, form: Form) -> None:
    assert read(typed) == form


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "100",
        "十分 三份",
        "100 10 随便",
        "100 10 红包雨",
        "100 10 红包雨 1",
        "100 10 红包雨 很多",
        "100 10 专属",
        "100 10 专属 @",
        "100 10 专属 标签",
        "100 10 标签 干皮",
        "100 10 口令",
        "100 10 口令 ！！",
        "100 10 任务 签到 之后",
        "100 10 答题 补水还是补油？",
        "100 10 预算",
    ],
)
def test_what_cannot_be_understood_is_no_form(typed: str) -> None:
    assert read(typed) is None


@pytest.mark.parametrize(
    "terms",
    [
        Terms(LUCKY, 100, 10),
        Terms(FIXED, 100, 10, Gate.named((MemberId(3), MemberId(2))), membership_hours=0),
        Terms(LUCKY, 90, 30, Gate.quiz("几？", "三"), drops=3, purse=Purse.OWNER),
        Terms(LUCKY, 900, 3, purse=Purse.CAMPAIGN, campaign="spring", currency=Currency.FEN),
    ],
)
def test_a_proposal_keeps_every_term(terms: Terms) -> None:
    assert from_payload(json.loads(json.dumps(to_payload(terms)))) == terms


def test_every_word_of_the_form_has_its_own_meaning() -> None:
    templates = brand().persona.templates
    names = [f"packet.word_{word}" for word in Word] + [f"packet.kind_{it}" for it in PacketKind]
    words = [templates[name][0] for name in names]
    assert len(words) == len(set(words))
