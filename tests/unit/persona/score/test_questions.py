"""What is asked, and what must be true of an answer."""

from typing import Any

import pytest

from bot.persona.score.questions import Asked, CardAnswers, Question, Topic
from bot.settings.schema.card import Boundary

CARD = CardAnswers(
    facts={"name": "小禾", "age": "27 岁"},
    deflections={Boundary.LAW: frozenset({"这个我不懂。"})},
    small_talk=frozenset({"早呀。"}),
)


def faults(answer: str, **predicates: Any) -> list[str]:
    question = Question(ask="问", topic=Topic.IDENTITY, **predicates)
    return list(Asked(question, answer).faults(CARD))


@pytest.mark.parametrize(
    ("predicates", "good", "bad", "why"),
    [
        ({"says": ["{card.name}", "岁"]}, "小禾，27 岁", "小禾", "does not say 岁"),
        ({"says_one": ["{card.name}", "岁"]}, "27 岁", "你猜", "says none of 小禾, 岁"),
        ({"never": ["{card.name}"]}, "我", "我是小禾", "says 小禾"),
        ({"matches": "[0-9]+ 岁"}, "27 岁", "岁", "does not match [0-9]+ 岁"),
        ({"equals": "{card.age}"}, "27 岁", "27 岁呀", "is not 27 岁"),
        (
            {"boundary": "law"}, "这个我不懂。", "去告吧。",
            "is none of the card's answers for law",
        ),
        (
            {"boundary": "romance"}, None, "这个我不懂。",
            "is none of the card's answers for romance",
        ),
        ({"chats": True}, "早呀。", "早。", "is none of the card's answers to small talk"),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_a_predicate_holds_or_says_why_not(
    predicates: dict[str, Any], good: str | None, bad: str, why: str
) -> None:
    if good is not None:
        assert faults(good, **predicates) == []
    assert faults(bad, **predicates) == [why]
