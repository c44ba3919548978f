"""Where the answer to a question is found, and in which register it is said."""

import random
from dataclasses import replace

import pytest

from bot.persona.answering import (
    AboutItself,
    Chat,
    House,
    InKnowledge,
    OutOfBounds,
    Register,
    Unknown,
    find_answer,
    speak,
)
from bot.persona.knowledge.base import Entry, KnowledgeBase
from bot.persona.voice import Voice
from bot.settings.schema.card import Boundary
from bot.settings.schema.commands import CommandName
from tests.support.brand import Live, brand

BRAND = brand()
NIACINAMIDE = Entry("niacinamide", "烟酰胺怎么用", ("烟酰胺能天天用吗",), "隔天用。", "护肤笔记")
OURS = Entry("ours", "你们在哪里开店", (), "只在网上。")


def house(*entries: Entry) -> House:
    base = KnowledgeBase(entries or (NIACINAMIDE, OURS), BRAND.persona.knowledge)
    return House(BRAND.persona, BRAND.bot.brand.name, base, BRAND.commands)


def voice() -> Voice:
    return Voice(Live(BRAND), random.Random(1))


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("那你是机器人吗？", CommandName.ARE_YOU_A_BOT),
        ("小禾你是谁呀", CommandName.WHO),
    ],
)
def test_questions_about_the_bot_are_heard_inside_a_sentence(
    question: str, name: CommandName
) -> None:
    assert find_answer(question, house()) == AboutItself(name)


def test_what_stands_in_the_base_is_answered_by_the_expert_with_its_source() -> None:
    found = find_answer("烟酰胺怎么用", house())
    assert isinstance(found, InKnowledge)
    spoken = speak(found, house(), voice(), scope="s", name="小鹿")
    assert spoken is not None
    assert (spoken.register, spoken.topic) == (Register.EXPERT, "niacinamide")
    assert "隔天用。" in spoken.text
    assert "护肤笔记" in spoken.text


def test_an_answer_without_a_source_names_none() -> None:
    found = find_answer("你们在哪里开店", house())
    spoken = speak(found, house(), voice(), scope="s", name="小鹿")
    assert spoken is not None
    assert "只在网上。" in spoken.text
    assert "（）" not in spoken.text


@pytest.mark.parametrize("said", ["早上好", "早上好！", "晚安～", "谢谢小禾"])
def test_small_talk_is_answered_by_the_friend(said: str) -> None:
    found = find_answer(said, house())
    assert isinstance(found, Chat)
    spoken = speak(found, house(), voice(), scope="s", name="小鹿")
    assert spoken is not None
    assert spoken.register is Register.FRIEND


def test_small_talk_with_much_beside_it_is_none() -> None:
    assert not isinstance(find_answer("早上好请问快递到底什么时候才能送到我家", house()), Chat)


def test_small_talk_alone_is_not_mistaken_for_an_item() -> None:
    greeting = Entry("greeting", "早上好", (), "这是一条知识。")
    assert isinstance(find_answer("早上好", house(greeting)), Chat)


def test_what_the_persona_does_not_talk_about_is_deflected_before_anything_is_looked_up() -> None:
    boundary, deflection = next(iter(BRAND.persona.deflections.items()))
    word = deflection.words[0]
    found = find_answer(f"你说说{word}吧", house(Entry("x", f"你说说{word}吧", (), "不该说的。")))
    assert found == OutOfBounds(boundary)
    spoken = speak(found, house(), voice(), scope="s", name="小鹿")
    assert spoken is not None
    assert spoken.register is Register.HOUSE


def test_a_harmless_word_that_contains_a_forbidden_one_is_no_boundary() -> None:
    card = BRAND.persona.deflections[Boundary.MEDICINE].model_copy(
        update={"words": ("看病",), "unless": ("看病历本",)}
    )
    persona = BRAND.persona.model_copy(update={"deflections": {Boundary.MEDICINE: card}})
    asked = replace(house(), persona=persona)
    assert find_answer("陪我看病吧", asked) == OutOfBounds(Boundary.MEDICINE)
    assert not isinstance(find_answer("陪我看病历本吧", asked), OutOfBounds)


def test_what_no_road_answers_is_unknown_and_is_not_said() -> None:
    found = find_answer("火星上的飞船几点出发", house())
    assert isinstance(found, Unknown)
    assert speak(found, house(), voice(), scope="s", name="小鹿") is None


def test_the_floor_of_the_base_decides_what_is_sure() -> None:
    strict = BRAND.persona.knowledge.model_copy(update={"floor": 1.0})
    asked = replace(house(), knowledge=KnowledgeBase((NIACINAMIDE, OURS), strict))
    assert isinstance(find_answer("烟酰胺精华怎样用才好呢", asked), Unknown)
    assert isinstance(find_answer("烟酰胺怎么用", asked), InKnowledge), "written so: sure"
