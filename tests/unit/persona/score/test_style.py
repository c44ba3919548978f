"""Styles as profiles of pairs of characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.persona.score.style import Profile, compare, cosine, nearest, vector_of

WARM = ("慢慢来呀，先喝口水", "别急呀，说说看", "记下了呀，明天见")
STRICT = ("依据如下，请核对记录", "结论需要依据，请补充", "记录已更新，请核对")


def test_a_text_is_like_itself_and_unlike_what_shares_nothing() -> None:
    profile = Profile.of("warm", WARM)

    assert profile.likeness(*WARM) == pytest.approx(1)
    assert profile.likeness("abcdef") == 0


@given(st.lists(st.text(max_size=30)), st.lists(st.text(max_size=30)))
def test_likeness_is_the_same_both_ways_and_between_0_and_1(
    left: list[str], right: list[str]
) -> None:
    one, other = vector_of(left), vector_of(right)

    assert cosine(one, other) == pytest.approx(cosine(other, one))
    assert 0 <= cosine(one, other) <= 1 + 1e-9


def test_the_nearest_profile_is_the_one_with_most_in_common() -> None:
    profiles = [Profile.of("warm", WARM), Profile.of("strict", STRICT)]

    assert nearest("先喝口水，慢慢来", profiles).name == "warm"
    assert nearest("请核对依据", profiles).name == "strict"


def test_what_sounds_like_the_card_has_not_drifted() -> None:
    assert not compare(WARM, said=["慢慢来呀，明天见"], approved=["别急呀，慢慢来"]).has_drifted


def test_what_sounds_like_somebody_else_has_drifted() -> None:
    assert compare(WARM, said=STRICT, approved=["别急呀，慢慢来"]).has_drifted
