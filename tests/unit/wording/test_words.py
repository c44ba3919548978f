import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording.emoji import count_emoji
from bot.wording.words import WordList, find_words


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
    assert list(find_words("好好好", ["好", "好", "", " "])) == [("好", 0)]


def test_words_of_any_length_are_found_side_by_side() -> None:
    words = WordList(["好", "好吃", "好吃的", "吃"])

    assert [word for word, _ in words.spans("好吃的")] == ["好", "好吃", "好吃的", "吃"]
    assert len(words) == 4


@given(
    st.text(st.sampled_from("甲乙丙"), max_size=12),
    st.sets(st.text(st.sampled_from("甲乙丙"), min_size=1, max_size=4)),
)
def test_a_list_finds_what_a_plain_search_finds(text: str, words: set[str]) -> None:
    found = {(word, span[0]) for word, span in WordList(words).spans(text)}

    assert found == {
        (word, at) for word in words for at in range(len(text)) if text.startswith(word, at)
    }


@given(st.text(), st.sampled_from(["最好", "best", "乐园"]), st.text())
def test_the_position_is_where_the_word_stands(before: str, word: str, after: str) -> None:
    found = dict(find_words(f"{before}|{word}|{after}", [word]))

    assert found[word] <= len(before) + 1
