"""What bot.yaml's model must be before anything is sent there."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from bot.settings.checks.draft import Draft
from bot.settings.checks.model import check_model
from bot.settings.reload import needs_restart
from bot.settings.schema.model import Model
from bot.settings.settings import Settings
from tests.support.settings import example_settings


@cache
def _example() -> Settings:
    return example_settings()


def settings(**section: Any) -> Settings:
    model = Model.model_validate({"name": "m", **section})
    return replace(_example(), bot=_example().bot.model_copy(update={"model": model}))


def problems(*, rehearsal: bool = False, **section: Any) -> list[str]:
    """What is wrong with a section, by the last part of its place."""
    whole = settings(**section)
    simulator = whole.bot.simulator.model_copy(update={"enabled": rehearsal})
    draft = Draft(
        bot=whole.bot.model_copy(update={"simulator": simulator}),
        persona=whole.persona,
        personas={},
        commands=whole.commands,
        calendar=whole.calendar,
        rewards=whole.rewards,
        members=whole.members,
        outlets=whole.outlets,
        sop=whole.sop,
        campaigns=whole.campaigns,
        content=(),
        knowledge=(),
        bodies=(),
        pictures={},
        absent=frozenset(),
        gaps=frozenset(),
    )
    return [str(finding.path[-1]) for finding in check_model(draft)]


def test_the_example_brand_has_no_model() -> None:
    assert _example().bot.model is None


@pytest.mark.parametrize(
    ("section", "places"),
    [
        ({"api_base": "https://models.example/v1", "key": "k"}, []),
        ({"api_base": "https://models.example/v1"}, ["model"]),
        ({"api_base": "http://models.example/v1", "key": "k"}, ["api_base"]),
        ({"api_base": "http://10.0.0.7/v1"}, []),
        ({"api_base": "http://127.0.0.1:8000/v1", "key": "k"}, []),
        ({"api_base": "simulator"}, ["api_base"]),
        (
            {
                "api_base": "http://127.0.0.1:8000/v1",
                "limits": {"member_turns_a_day": 300, "group_turns_a_day": 200},
            },
            ["member_turns_a_day"],
        ),
    ],
)
def test_each_mistake_is_told_at_its_place(section: dict[str, Any], places: list[str]) -> None:
    assert problems(**section) == places


def test_in_a_rehearsal_the_simulated_model_needs_no_key() -> None:
    assert problems(rehearsal=True, api_base="simulator") == []


def test_limits_are_taken_while_running_and_another_endpoint_is_not() -> None:
    first = settings(api_base="simulator")
    fewer = settings(api_base="simulator", limits={"tokens_a_day": 1}, keep_days=3, floor=0.9)
    other = settings(api_base="simulator", timeout_seconds=3)
    assert needs_restart(first, fewer) == ()
    assert needs_restart(first, other) == ("model",)
    assert needs_restart(first, _example()) == ("model",)
