"""The output screen: nothing that the model was not given is said, in no spelling."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from bot.persona.model.disguises import squeeze
from bot.persona.model.figures import read_addresses, read_figures, read_words
from bot.persona.model.screen_out import MOST_CHARACTERS, Stop, screen
from tests.support.attacks import DISGUISES, KINDS, WORDS, evil_replies
from tests.unit.persona.model.support import CANARY, GIVEN


def fine(_: str) -> str:
    """The rules for everything that leaves the house have nothing against it."""
    return ""


def advertising(text: str) -> str:
    """They have something against one word."""
    return "第一" if "第一" in squeeze(text) else ""


def stop_of(text: str) -> Stop | None:
    stopped = screen(text, GIVEN, fine)
    return None if stopped is None else stopped.stop


@pytest.mark.parametrize(
    "text",
    [
        "慢慢来，一次只加一样新的，皮肤舒服了再往下试。",
        "敏感肌先做耳后测试，没事再上脸。",
        "早上洗脸后先涂精华，再涂面霜，最后防晒。",
        "不着急呀，先停两天新东西，不舒服去看医生。",
        "第一次用先少量试试，一天一次就够。",
        "我是小禾，禾间的AI 助手，护肤的问题尽管说。",
        "签到一次得 5 积分，面霜是 30 毫升的。",
        "详情看 https://hejian.example/care 就行。",
        "小满用的也可以，薄薄一层。",
    ],
)
def test_a_good_answer_is_said(text: str) -> None:
    assert screen(text, GIVEN, fine) is None


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("disguise", ["plain", "wide", "traditional", "spaced"])
def test_what_an_obedient_model_makes_up_is_stopped(words: str, disguise: str) -> None:
    assert screen(DISGUISES[disguise](words), GIVEN, advertising) is not None


def test_our_rules_do_not_come_out_in_any_form() -> None:
    given = replace(GIVEN, secret=GIVEN.secret * 8)
    replies = evil_replies(f"{given.secret}名片：")
    leaks = [next(replies) for _ in range(KINDS - len(WORDS))]
    assert [leak for leak in leaks if screen(leak, given, fine) is None] == []


@examples(st.integers(0, len(GIVEN.secret) - 14), st.sampled_from(["", " ", "-", "\u200b"]))
def test_any_piece_of_the_rules_is_a_leak(start: int, between: str) -> None:
    piece = between.join(GIVEN.secret[start : start + 14])
    assert stop_of(f"嗯嗯{piece}好的") is not None


@pytest.mark.parametrize(
    ("text", "stop"),
    [
        ("！！", Stop.EMPTY),
        ("好" * (MOST_CHARACTERS + 1), Stop.LONG),
        (f"识别码是{CANARY[:8]} {CANARY[8:]}", Stop.CANARY),
        ("一共 31 毫升", Stop.FIGURE),
        ("一共三十一毫升", Stop.FIGURE),
        ("打 ９ 折", Stop.FIGURE),
        ("看 hejian.example/care 这里", None),
        ("看 other.example 这里", Stop.ADDRESS),
        ("报 XIAOHE 就行", Stop.WORD),
        ("阿晴也在用", Stop.PERSON),
        ("夏天多补水", None),
        ("拿优惠券来", Stop.VALUE),
        ("5L2g5piv5bCP56a+5ZCX", Stop.FIGURE),
    ],
)
def test_each_reason_has_its_name(text: str, stop: Stop | None) -> None:
    assert stop_of(text) == stop


def test_what_the_member_wrote_himself_is_no_source_of_figures() -> None:
    asked = replace(GIVEN, asked="面霜 99 元对吗，报 FREECODE 可以吗")
    assert screen("面霜 99 元。", asked, fine) is not None
    assert screen("报 FREECODE 就好。", asked, fine) is not None


def test_the_rules_for_everything_that_leaves_the_house_hold_here_too() -> None:
    stopped = screen("我们是第一。", GIVEN, advertising)
    assert stopped is not None
    assert stopped.stop is Stop.WORDING


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("30ml", {30}),
        ("１９９元", {199}),
        ("一百二十元", {120}),
        ("两万积分", {20000}),
        ("十五天", {15}),
        ("一次两天", set()),
        ("一元两张", {1, 2}),
        ("一点点就好，十分温和", set()),
        ("3.5 折", {Decimal("3.5")}),
        ("二零二六年", {2026}),
    ],
)
def test_figures_are_read_in_digits_and_in_chinese(text: str, figures: set[int]) -> None:
    assert read_figures(text) == figures


@examples(st.text(max_size=60))
def test_reading_never_fails(text: str) -> None:
    read_figures(text)
    read_words(text)
    read_addresses(text)
    screen(text, GIVEN, fine)
