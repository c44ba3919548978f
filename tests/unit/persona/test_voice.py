"""One voice: every slot filled, and never the same words twice in a row."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import RecordId
from bot.persona.voice import Changes, Voice
from bot.pipeline.completion import Completion, complete
from bot.settings.schema.templates import TEMPLATES
from bot.store.connection import Connection
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import NOW

TEMPLATE = "checkin.done"
SLOTS = {name: f"<{name}>" for name in TEMPLATES[TEMPLATE].slots}


def make_live(variants: int) -> Live:
    """Settings in which the template has so many variants, numbered."""
    settings = brand()
    texts = tuple(f"{number} {{name}}" for number in range(variants))
    templates = {**settings.persona.templates, TEMPLATE: texts}
    persona = settings.persona.model_copy(update={"templates": templates})
    return Live(replace(settings, persona=persona))


def said(voice: Voice, scope: str = "pond") -> str:
    return voice.say(TEMPLATE, scope=scope, **SLOTS)


@given(st.integers(2, 5), st.lists(st.sampled_from(["pond", "lake"]), max_size=60), st.integers())
def test_no_conversation_hears_the_same_variant_twice_in_a_row(
    variants: int, scopes: list[str], seed: int
) -> None:
    voice = Voice(make_live(variants), random.Random(seed))
    heard: dict[str, list[str]] = {"pond": [], "lake": []}
    for scope in scopes:
        heard[scope].append(said(voice, scope))

    for texts in heard.values():
        assert all(one != other for one, other in pairwise(texts))


def test_every_variant_is_used() -> None:
    voice = Voice(make_live(4), random.Random(1))

    assert {said(voice) for _ in range(60)} == {f"{number} <name>" for number in range(4)}


def test_a_text_with_one_variant_is_always_that_one_and_nothing_is_kept_of_it() -> None:
    voice = Voice(make_live(1), random.Random(1))

    assert [said(voice) for _ in range(3)] == ["0 <name>"] * 3
    assert voice.take_changes() == ()


def test_two_conversations_and_two_templates_do_not_disturb_each_other() -> None:
    voice = Voice(make_live(2), random.Random(1))
    first = said(voice, "pond")
    for _ in range(5):
        said(voice, "lake")
        voice.say("checkin.repeat", scope="pond", name="", streak=1, balance=1)

    assert said(voice, "pond") != first


def test_a_configuration_with_fewer_variants_is_spoken_at_once() -> None:
    live = make_live(5)
    voice = Voice(live, random.Random(2))
    for _ in range(10):
        said(voice)
    live.change(persona=make_live(2).current.persona)

    assert {said(voice) for _ in range(10)} == {"0 <name>", "1 <name>"}


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_variant_of_the_example_brand_is_spoken_with_every_slot_filled(
    template: str,
) -> None:
    slots = {name: f"«{name}»" for name in TEMPLATES[template].slots}
    variants = brand().persona.templates[template]
    voice = Voice(Live(brand()), random.Random(1))
    heard = {voice.say(template, scope="pond", **slots) for _ in range(20 * len(variants))}

    assert len(heard) == len(variants)
    for text in heard:
        assert "{" not in text
        assert "}" not in text
    for variant in variants:
        used = {name for name in slots if "{" + name + "}" in variant}
        assert any(all(slots[name] in text for name in used) for text in heard)


def test_braces_in_what_is_filled_in_are_left_alone() -> None:
    voice = Voice(make_live(2), random.Random(1))

    text = voice.say(TEMPLATE, scope="pond", **{**SLOTS, "name": "{points} {0} {"})
    assert text.endswith("{points} {0} {")


def test_a_slot_that_is_missing_is_a_defect_and_not_a_text_with_a_hole() -> None:
    voice = Voice(make_live(2), random.Random(1))

    with pytest.raises(KeyError):
        voice.say(TEMPLATE, scope="pond")


def test_what_was_said_is_handed_over_once() -> None:
    voice = Voice(make_live(3), random.Random(1))
    text = said(voice, "pond")
    said(voice, "lake")
    changes = voice.take_changes()

    assert [(scope, template) for scope, template, _ in changes] == [
        ("lake", TEMPLATE),
        ("pond", TEMPLATE),
    ]
    assert f"{changes[1][2]} <name>" == text
    assert voice.take_changes() == ()


async def finish(store: Store, changes: Changes) -> None:
    """End an event as the pipeline does, with what was said in it."""

    def work(connection: Connection, items: Sequence[Completion]) -> list[bool]:
        return complete(connection, items)

    completion = Completion(
        record_id=RecordId(1),
        outcome="done",
        answer=None,
        outgoings=(),
        interactions=(),
        hits=(),
        said=changes,
        now=NOW,
    )
    await store.lane("completion", work).submit(completion)


@pytest.mark.parametrize("variants", [2, 4])
async def test_a_restart_does_not_repeat_what_was_said_last(store: Store, variants: int) -> None:
    live = make_live(variants)
    before = ""
    for seed in range(30):
        voice = Voice(live, random.Random(seed))
        await voice.recall(store)
        text = said(voice)
        assert text != before
        before = text
        await finish(store, voice.take_changes())
