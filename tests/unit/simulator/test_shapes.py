"""What is written down of a message is all that there is to it."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import MediaKind
from bot.simulator.shapes import (
    Attachment,
    Button,
    Card,
    Draft,
    Kind,
    Message,
    Question,
    Sender,
    SenderKind,
    message_from_json,
    message_to_json,
)

WORDS = st.text(max_size=8)
SOME_WORDS = st.text(min_size=1, max_size=8)
BUTTONS = st.lists(st.builds(Button, WORDS, WORDS), max_size=3).map(tuple)
QUESTIONS = st.lists(
    st.builds(
        Question,
        WORDS,
        WORDS,
        st.lists(st.tuples(WORDS, WORDS), max_size=3).map(tuple),
        st.booleans(),
    ),
    max_size=2,
).map(tuple)
CARDS = st.builds(Card, WORDS, WORDS, WORDS, BUTTONS, WORDS, QUESTIONS, BUTTONS)
MEDIA = st.lists(
    st.builds(Attachment, st.sampled_from(MediaKind), WORDS, WORDS, WORDS), max_size=3
).map(tuple)
MENTIONS = st.lists(WORDS, max_size=2).map(tuple)
TALK = st.builds(
    Draft,
    st.sampled_from([kind for kind in Kind if kind is not Kind.CARD]),
    WORDS,
    MENTIONS,
    st.integers(0, 99),
    st.none(),
    MEDIA,
    WORDS,
)
SHOWN_CARDS = st.builds(
    Draft, st.just(Kind.CARD), st.just(""), MENTIONS, st.integers(0, 99), CARDS, feedback=WORDS
)


@given(
    draft=st.one_of(TALK, SHOWN_CARDS),
    sender=st.builds(Sender, st.sampled_from(SenderKind), WORDS, WORDS),
    states=st.dictionaries(WORDS, CARDS, max_size=2),
)
def test_reading_is_the_inverse_of_writing(
    draft: Draft, sender: Sender, states: dict[str, Card]
) -> None:
    at = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    message = Message(7, at, sender, draft, states)
    assert message_from_json(json.loads(json.dumps(message_to_json(message)))) == message


@given(words=WORDS, name=SOME_WORDS)
def test_media_stand_below_the_words(words: str, name: str) -> None:
    draft = Draft(Kind.MIXED, words, media=(Attachment(MediaKind.IMAGE, "m", name),))
    assert draft.shown == (f"{words}\n[图片] {name}" if words else f"[图片] {name}")


def test_a_voice_is_shown_by_what_it_says() -> None:
    assert Attachment(MediaKind.VOICE, "m", "a.amr", "签到").label == "[语音] 签到"
    assert Attachment(MediaKind.VOICE, "m").label == "[语音]"
