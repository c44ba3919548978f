import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.wording import count_emoji, find_words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("没有", 0),
        ("→ ★ 1 # ①", 0),
        ("😀", 1),
        ("❤️ 和 ☀️", 2),
        ("👩‍💻", 1),
        ("👍🏽👍🏽", 2),
        ("🇨🇳🇨🇳", 2),
        ("1️⃣", 1),
        ("⭐✨", 2),
    ],
)
def test_emoji_are_counted_as_a_reader_sees_them(text: str, count: int) -> None:
    assert count_emoji(text) == count


def test_a_word_is_found_however_it_is_written() -> None:
    assert list(find_words("这是Ｂest", ["best"])) == [("best", 2)]
    assert list(find_words("最\u200b好", ["最好"])) == [("最好", 0)]


def test_a_harmless_word_hides_only_what_lies_inside_it() -> None:
    assert list(find_words("第一次", ["第一"], ["第一次"])) == []
    assert list(find_words("第一次得第一", ["第一"], ["第一次"])) == [("第一", 4)]


def test_each_word_is_told_once_and_empty_words_never() -> None:
    assert list(find_words("好好好", ["好", "好", ""])) == [("好", 0)]


@given(st.text(), st.sampled_from(["最好", "best", "第一"]), st.text())
def test_the_position_is_where_the_word_stands(before: str, word: str, after: str) -> None:
    found = dict(find_words(f"{before}|{word}|{after}", [word]))

    assert found[word] <= len(before) + 1
