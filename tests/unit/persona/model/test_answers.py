"""What a model writes is read strictly, whole or while it comes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.persona.model.answers import Intent, read_beginning, read_draft
from tests.support.attacks import as_answer

HEAD = '{"intent": "answer", "confidence": 0.9, "used_facts": ["f1"], "reply": "'


def test_an_answer_is_read() -> None:
    draft = read_draft(as_answer("一次一样。", confidence=0.7, facts=["f1"]))
    assert draft is not None
    assert draft.reply == "一次一样。"
    assert draft.judgement.intent is Intent.ANSWER
    assert draft.judgement.confidence == 0.7
    assert draft.judgement.used_facts == ("f1",)


def test_a_fence_around_it_does_not_matter() -> None:
    assert read_draft(f"```json\n{as_answer('好。')}\n```") == read_draft(as_answer("好。"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "好的，没问题。",
        "[]",
        '{"reply": "没有别的"}',
        '{"intent": "order", "confidence": 1, "used_facts": [], "reply": "x"}',
        '{"intent": "chat", "confidence": 2, "used_facts": [], "reply": "x"}',
        '{"intent": "chat", "confidence": 1, "used_facts": [1], "reply": "x"}',
        '{"intent": "chat", "confidence": 1, "used_facts": [], "reply": ["x"]}',
        '{"intent": ["chat"], "confidence": 1, "used_facts": [], "reply": "x"}',
        "{" * 100_000,
    ],
)
def test_anything_else_is_no_answer(text: str) -> None:
    assert read_draft(text) is None


def test_the_beginning_is_shown_by_whole_sentences() -> None:
    assert read_beginning(HEAD) is None
    assert read_beginning(HEAD + "先看成分") is None
    shown = read_beginning(HEAD + "先看成分。再看")
    assert shown is not None
    assert shown.reply == "先看成分。"


def test_nothing_is_shown_before_the_judgement_is_known() -> None:
    assert read_beginning('{"reply": "先看成分。再看价。", "intent": "answer"') is None


@given(st.text(max_size=60))
def test_every_beginning_is_the_start_of_the_whole(reply: str) -> None:
    whole = json.dumps({"intent": "chat", "confidence": 1, "used_facts": [], "reply": reply + "。"})
    draft = read_draft(whole)
    assert draft is not None
    for length in range(len(whole)):
        beginning = read_beginning(whole[:length])
        assert beginning is None or draft.reply.startswith(beginning.reply)


@given(st.text(max_size=200))
def test_reading_never_fails(text: str) -> None:
    read_draft(text)
    read_beginning(text)
    read_beginning(HEAD + text)
