"""The example brand rehearses every kind of channel, with values that open nothing anywhere."""

import re

from dotenv import dotenv_values

from bot.core.messages import TargetKind
from bot.platforms.table import CAPABILITIES
from tests.support.settings import CONFIG, example_settings


def test_the_example_has_a_simulated_channel_of_every_kind() -> None:
    settings = example_settings()

    assert {channel.kind for channel in settings.bot.channels.values()} == set(CAPABILITIES)
    assert settings.bot.simulator.enabled


def test_the_example_has_a_member_group_that_the_bot_opens_by_itself_and_a_customer_group() -> None:
    settings = example_settings()
    by_key = {group.key: group for group in settings.bot.groups}

    assert next(iter(by_key)) == "hejian", "rehearsals begin there"
    assert settings.is_customer_group(by_key["friends"])
    assert not settings.is_customer_group(by_key["owners"])
    posts = settings.bot.channels[by_key["owners"].posts.channel]
    assert TargetKind.GROUP in CAPABILITIES[posts.kind].pushes_to
    assert CAPABILITIES[posts.kind].first_word


def test_some_customers_are_in_the_group_and_some_can_join() -> None:
    simulator = example_settings().bot.simulator
    inside = {customer.user_id for customer in simulator.customers} & {*simulator.in_customer_group}

    assert len(inside) >= 8
    assert 2 <= len(simulator.customers) - len(inside) <= 3
    assert any(not customer.friend_of for customer in simulator.customers)
    assert {"tangyuan", "ayun"} <= set(simulator.in_customer_group)


def test_every_demo_value_is_used_and_says_that_it_is_one() -> None:
    values = dotenv_values(CONFIG / "demo.env")
    text = (CONFIG / "bot.yaml").read_text(encoding="utf-8")
    without_comments = re.sub(r"(?m)(^|\s)#.*$", "", text)
    used = re.findall(r"\$\{(YUTANG_\w+)\}", without_comments)

    assert sorted(used) == sorted(values)
    assert [name for name, value in values.items() if "demo" not in (value or "").casefold()] == []


def test_every_picture_is_shown_by_a_post_and_small() -> None:
    shown = {name for item in example_settings().content for name in item.front.pictures}
    there = {path.relative_to(CONFIG).as_posix(): path for path in (CONFIG / "pictures").iterdir()}

    assert shown == set(there)
    assert all(path.stat().st_size < 60_000 for path in there.values())
