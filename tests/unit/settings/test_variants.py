"""A post's text may hold several variants: a line === b begins another one."""

import pytest

from bot.settings.settings import ContentItem

from .good_config import Configuration

HEAD = "---\ntitle: 新茶\npillar: brand\nkind: story\n---\n\n"


def item_of(config: Configuration, key: str) -> ContentItem:
    return next(item for item in config.settings().content if item.key == key)


def test_a_text_without_a_separator_is_its_only_variant(config: Configuration) -> None:
    config.write("content/new.md", f"{HEAD}新茶到了。\n")

    item = item_of(config, "new")

    assert item.text == "新茶到了。"
    assert item.variants == {"a": "新茶到了。"}


def test_each_separator_begins_another_variant_of_the_same_item(config: Configuration) -> None:
    config.write(
        "content/new.md",
        f"{HEAD}新茶到了。\n来喝。\n\n=== b\n\n今年的茶。\n\n＝＝＝ short \n茶。\n",
    )

    item = item_of(config, "new")

    assert item.text == "新茶到了。\n来喝。"
    assert item.variants == {"a": "新茶到了。\n来喝。", "b": "今年的茶。", "short": "茶。"}


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        ("=== b\n一\n=== b\n二\n", "10:1  variant b is there twice  write === c"),
        ("=== a\n一\n", "8:1  the text before the first line === is variant a  write === b"),
        ("=====\n一\n", "8:1  a line of = that begins no variant  write === b, or"),
        (
            "==重点==\n一\n",
            "8:1  a line of = that begins no variant  write === b, or",
        ),
        ("===\n一\n", "8:1  a line of = that begins no variant  write === b, or"),
        ("=== B\n一\n", "8:1  B is no name for a variant  write === b; a name has lower case"),
        ("=== b\n\n=== c\n一\n", "8:6  no text of variant b  write the post"),
        ("=== b\n\n  新茶\n", "10:3  the same words as variant a  write other words, or remove"),
        ("=== b\n好茶\n亲们来\n", "10:1  contains 亲们: "),
        (
            "=== b\n好茶\n涨薪 36% 的茶\n",
            "10:4  claims a figure, 36%, without evidence  add",
        ),
        ("=== b\n来{grop}喝茶\n", "9:2  unknown slot {grop}  write {group}"),
        ("=== b\n😀😀😀\n", "9:1  3 emoji  keep at most 2"),
    ],
)
def test_a_mistake_in_a_variant_is_told_at_its_line(
    config: Configuration, rest: str, problem: str
) -> None:
    config.write("content/new.md", f"{HEAD}新茶\n{rest}")

    problems = config.problems()

    assert len(problems) == 1, problems
    assert problems[0].startswith(f"content/new.md:{problem}")


def test_an_answer_has_one_text_only(config: Configuration) -> None:
    config.write("knowledge/new.md", "---\nquestion: 茶凉了？\n---\n热一热。\n=== b\n重新泡。\n")

    answers = {item.key: item.answer for item in config.settings().knowledge}

    assert answers["new"] == "热一热。\n=== b\n重新泡。"
