"""The persona types before it sends, takes a breath between two texts, and keeps nobody waiting."""

import pytest

from bot.core.ids import ChannelKey
from bot.core.messages import Message, Outgoing, Recall, Target, TargetKind, Text
from bot.pipeline.rhythm import in_rhythm, typing_seconds
from bot.settings.schema.manners import Typing
from tests.support.events import MINUTE, NOW

AT_ONCE = Typing()
TYPES = Typing(characters_a_second=10, most_seconds=4, between_seconds=2)
WORDS = Text("一二三四五六七八九十" * 2)


def outgoing(
    key: str,
    to: str = "xiaolu",
    *,
    kind: TargetKind = TargetKind.PERSON,
    message: Message = WORDS,
    urgent: bool = False,
) -> Outgoing:
    return Outgoing(key, ChannelKey("app"), Target(kind, to), message, urgent=urgent)


def waits(rhythm: Typing, *outgoings: Outgoing) -> list[float]:
    """How many seconds each of them waits."""
    paced = in_rhythm(outgoings, rhythm, NOW)
    assert [one.key for one in paced] == [one.key for one in outgoings]
    return [((one.not_before or NOW) - NOW).total_seconds() for one in paced]


@pytest.mark.parametrize(
    ("text", "seconds"), [("", 0), ("好", 0.1), ("好" * 25, 2.5), ("好" * 500, 4)]
)
def test_typing_takes_longer_for_more_words_up_to_a_limit(text: str, seconds: float) -> None:
    assert typing_seconds(Text(text), TYPES) == pytest.approx(seconds)
    assert typing_seconds(Text(text), AT_ONCE) == 0


def test_what_is_no_text_takes_no_typing() -> None:
    assert typing_seconds(Recall("m1"), TYPES) == 0


def test_without_a_rhythm_everything_goes_at_once() -> None:
    letters = (outgoing("1"), outgoing("2"))
    assert in_rhythm(letters, AT_ONCE, NOW) == letters


def test_a_letter_waits_until_it_is_typed_and_the_next_one_after_a_breath() -> None:
    assert waits(TYPES, outgoing("1"), outgoing("2"), outgoing("3")) == [2, 6, 10]


def test_other_chats_wait_for_nobody() -> None:
    assert waits(TYPES, outgoing("1"), outgoing("2", "aqing")) == [2, 2]


def test_posts_to_a_group_are_not_typed_but_spaced() -> None:
    posts = (outgoing("1", kind=TargetKind.GROUP), outgoing("2", kind=TargetKind.GROUP))
    assert waits(TYPES, *posts) == [0, 2]


def test_what_is_urgent_or_goes_to_a_one_use_address_goes_at_once() -> None:
    assert waits(TYPES, outgoing("1", urgent=True)) == [0]
    assert waits(TYPES, outgoing("1", kind=TargetKind.CALLBACK)) == [0]


def test_what_has_its_own_instant_keeps_it() -> None:
    fixed = Outgoing(
        "1", ChannelKey("app"), Target(TargetKind.PERSON, "xiaolu"), WORDS, NOW + MINUTE
    )
    assert in_rhythm([fixed], TYPES, NOW) == (fixed,)
