"""What bot.yaml's pay and rewards.yaml's payout must be before anybody is paid."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from bot.settings.checks.draft import Draft
from bot.settings.checks.pay import check_means, check_merchant
from bot.settings.schema.pay import Pay
from bot.settings.schema.rewards.payout import Payout
from bot.settings.settings import Settings
from tests.support.settings import example_settings


@cache
def _example() -> Settings:
    return example_settings()


def draft(pay: dict[str, Any] | None = None, **payout: Any) -> Draft:
    """The example brand with another merchant and other rules; a real one is no rehearsal."""
    settings = _example()
    rehearsed = pay is None or pay.get("api_base") == "simulator"
    simulator = settings.bot.simulator.model_copy(update={"enabled": rehearsed})
    section = settings.bot.pay if pay is None else Pay.model_validate(pay)
    bot = settings.bot.model_copy(update={"pay": section, "simulator": simulator})
    rules = Payout.model_validate(payout)
    return Draft(
        bot=bot,
        persona=settings.persona,
        personas={},
        commands=settings.commands,
        calendar=settings.calendar,
        rewards=settings.rewards.model_copy(update={"payout": rules}),
        members=settings.members,
        outlets=settings.outlets,
        sop=settings.sop,
        campaigns=settings.campaigns,
        content=settings.content,
        knowledge=settings.knowledge,
        bodies=(),
        pictures={},
        absent=frozenset(),
        gaps=frozenset(),
    )


def found(findings: Any) -> Sequence[str]:
    """What was found, by the last part of its place."""
    return [str(finding.path[-1]) for finding in findings]


def test_the_example_brand_can_pay() -> None:
    assert found(check_merchant(draft())) == []
    assert found(check_means(draft(means="wechat"))) == []


def test_without_a_merchant_nobody_is_paid_by_wechat() -> None:
    without = draft(means="wechat")
    without = replace(without, bot=without.bot.model_copy(update={"pay": None}))
    assert found(check_means(without)) == ["means"]


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ({"means": "wechat", "most_fen": 200_000}, "most_fen"),
        ({"least_fen": 500, "most_fen": 400}, "least_fen"),
        ({"means": "slip", "approval_fen": 100}, "approval_fen"),
    ],
)
def test_limits_that_contradict_each_other_are_told(rules: dict[str, Any], place: str) -> None:
    assert found(check_means(draft(**rules))) == [place]


def test_a_real_merchant_needs_everything_from_the_console() -> None:
    real = {"account": "account", "address": "https://bot.example.com"}
    problems = [finding.what for finding in check_merchant(draft(real))]
    assert problems == [
        "no merchant_id",
        "no certificate_serial",
        "no platform_key_id",
        "no private_key",
        "no api_v3_key",
        "no platform_key",
    ]


def test_keys_that_are_none_and_addresses_without_tls_are_told() -> None:
    wrong = {
        "account": "robot",
        "merchant_id": "1900000109",
        "certificate_serial": "ABC1",
        "platform_key_id": "PUB_KEY_ID_1",
        "private_key": "nothing",
        "platform_key": "nothing",
        "api_v3_key": "k" * 32,
        "address": "http://bot.example.com",
    }
    places = found(check_merchant(draft(wrong)))
    assert places == ["account", "address", "private_key", "platform_key"]


def test_an_apiv3_key_has_32_characters_and_is_never_shown() -> None:
    with pytest.raises(ValidationError) as refused:
        Pay.model_validate({"account": "a", "address": "simulator", "api_v3_key": "top-secret"})
    assert "top-secret" not in str(refused.value)
