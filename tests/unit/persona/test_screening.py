"""What may leave the house by the settings in force, and what is told to whoever wrote it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.persona.screening import first_stop, refusal, refusal_by
from bot.settings.policy import policy_of
from bot.settings.schema.persona import PersonaFile
from bot.settings.settings import Settings
from bot.wording.rule import Grade, Origin
from tests.support.brand import brand

BRAND = brand()


def screened(**changes: object) -> Settings:
    screening = BRAND.persona.screening.model_copy(update=changes)
    return replace(BRAND, persona=BRAND.persona.model_copy(update={"screening": screening}))


@pytest.mark.parametrize(
    "word", [*BRAND.persona.screening.blocked, *BRAND.persona.tone.banned, "全网第一", "治疗湿疹"]
)
def test_a_word_keeps_a_text_in_wherever_it_stands(word: str) -> None:
    for text in (word, f"今天说说{word}的事", f"好\n{word}", f"（{word}）", " ".join(word)):
        assert refusal(text, BRAND).startswith("it contains ")


def test_the_refusal_names_the_words_and_the_law() -> None:
    why = refusal("说说全网第一的面霜", BRAND)

    assert why == "it contains '全网第一': 广告法第九条：不得使用绝对化用语"


def test_a_claim_is_held_only_while_somebody_can_prove_it() -> None:
    held = first_stop("干皮首选", BRAND, origin=Origin.OPERATOR)

    assert held is not None
    assert held.grade is Grade.HOLD
    assert first_stop("干皮首选", BRAND, origin=Origin.MODEL) is not None
    assert refusal("干皮首选", BRAND) == ""


def test_haste_may_go() -> None:
    assert first_stop("手慢无", BRAND, origin=Origin.OPERATOR) is None


def test_members_own_words_keep_nothing_in() -> None:
    assert refusal("顶级吃货，签到收好了", BRAND) != ""
    assert refusal("顶级吃货，签到收好了", BRAND, quoted=["顶级吃货"]) == ""


def test_our_own_pages_and_the_brands_hosts_may_be_linked() -> None:
    settings = screened(link_hosts=("hejian.example",))

    assert refusal("看 https://hejian.example/a", BRAND) != ""
    assert refusal("看 https://hejian.example/a", settings) == ""
    assert refusal("看 http://127.0.0.1:8080/m/hejian", BRAND) == ""


def test_the_policy_is_made_once_for_the_same_settings() -> None:
    assert policy_of(BRAND) is policy_of(BRAND)
    assert policy_of(screened(blocked=("甲",))).blocked == ("甲",)


@given(st.text(st.sampled_from("天气好今日去买菜 ，。!a1"), max_size=30))
def test_harmless_talk_may_go(text: str) -> None:
    assert refusal(text, BRAND) == ""


def test_nothing_the_example_brand_says_is_kept_in() -> None:
    for name, variants in BRAND.persona.templates.items():
        for variant in variants:
            assert refusal(variant, BRAND, origin=Origin.TEMPLATE) == "", name
    for item in BRAND.knowledge:
        assert refusal(item.answer, BRAND) == "", item.key


def test_words_that_do_not_suit_one_persona_keep_in_only_what_it_says_itself() -> None:
    def banning(word: str) -> PersonaFile:
        tone = BRAND.persona.tone.model_copy(update={"banned": (word,)})
        return BRAND.persona.model_copy(update={"tone": tone})

    other = banning("亲们")
    settings = replace(BRAND, persona=banning("家人"), personas={"other": other})
    assert refusal_by("家人好", settings, settings.persona)
    assert not refusal_by("家人好", settings, other)
    assert refusal_by("亲们好", settings, other)
    assert not refusal_by("家人好", settings, None), "one of them may have said it"
    assert refusal_by("亲们，家人好", settings, None)
    assert refusal_by("全网第一", settings, None), "the law holds for all of them"
