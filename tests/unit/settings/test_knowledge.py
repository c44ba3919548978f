"""The knowledge base as it is configured: mistakes are told at their place."""

import pytest

from bot.settings.settings import Settings

from .good_config import Configuration

FRIDGE = "knowledge/fridge.md"


def knowledge(config: Configuration, section: str) -> None:
    """Give persona.yaml a section about the knowledge base."""
    path = config.directory / "persona.yaml"
    config.write("persona.yaml", f"{path.read_text(encoding='utf-8')}knowledge: {section}\n")


def test_the_same_way_of_asking_in_two_items_is_told_where_it_stands_again(
    config: Configuration,
) -> None:
    config.write("knowledge/a.md", "---\nquestion: 茶怎么泡\nalso: [茶水多烫]\n---\n\n八十度。\n")
    config.write("knowledge/b.md", "---\nquestion: 水温\nalso: [茶 水多烫？]\n---\n\n八十度。\n")

    place = config.place("knowledge/b.md", "茶 水")
    (problem,) = config.problems()
    assert problem == f"{place}  also[0]  is written in knowledge/a.md too  keep one of the two"


def test_the_same_way_of_asking_twice_in_an_item_is_told(config: Configuration) -> None:
    config.write("knowledge/a.md", "---\nquestion: 茶怎麼泡\nalso: [茶怎么泡]\n---\n\n八十度。\n")

    place = config.place("knowledge/a.md", "茶怎么泡")
    (problem,) = config.problems()
    assert problem == f"{place}  also[0]  is written above too  keep one of the two"


def test_a_way_of_asking_without_letters_is_told(config: Configuration) -> None:
    config.write("knowledge/a.md", "---\nquestion: 茶怎么泡\nalso: ['？！']\n---\n\n八十度。\n")

    (problem,) = config.problems()
    assert "also[0]  has no letters" in problem


def test_an_empty_answer_is_told(config: Configuration) -> None:
    config.write("knowledge/a.md", "---\nquestion: 茶怎么泡\n---\n")

    (problem,) = config.problems()
    assert "write the answer" in problem


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("{floor: 0.4}", "knowledge.floor  0.4 is no sensible floor: more answers would be wrong"),
        ("{floor: 0.99}", "knowledge.floor  0.99 is no sensible floor: only questions that are"),
        ("{near: 0.8}", "knowledge.near  not below the floor, so nothing would ever be offered"),
        ("{same: [[茶叶]]}", "knowledge.same[0]"),
        ("{same: [[茶叶, 茗], [茶, 茗]]}", "knowledge.same[1][1]  茗 stands in: 茶叶, 茗"),
        ("{same: [[茶叶, 茶葉]]}", "knowledge.same[0][1]  茶葉 stands in: 茶叶, 茶葉"),
    ],
)
def test_settings_that_make_no_sense_are_told(
    config: Configuration, section: str, words: str
) -> None:
    knowledge(config, section)

    (problem,) = config.problems()
    assert words in problem


def test_sensible_settings_are_taken(config: Configuration) -> None:
    knowledge(config, "{floor: 0.9, near: 0.3, same: [[茶叶, 茗], [水温, 温度]]}")

    assert isinstance(config.load(), Settings)
