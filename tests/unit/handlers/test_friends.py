"""Friends: whoever adds an employee or follows the account is greeted once, if there is a road."""

from dataclasses import replace

import pytest

from bot.core.events import EventKind
from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, TargetKind, Text
from bot.members.reconciliation import Known
from bot.platforms.table import OFFICIAL_ACCOUNT
from bot.store.db import Store
from tests.support.customers import Pond, present, tied
from tests.support.events import HOUR, MINUTE, NOW, SECOND
from tests.support.pipeline import texts_of
from tests.support.stores import read_value

ACCOUNT = ChannelKey("account")


@pytest.fixture
def pond(store: Store) -> Pond:
    pond = Pond(store)
    pond.pipeline.tables[ACCOUNT] = OFFICIAL_ACCOUNT
    return pond


def greetings(pond: Pond, template: str) -> list[str]:
    settings = pond.live.current
    slots = {"persona": settings.persona.name, "label": settings.persona.label}
    brand = settings.bot.brand.name
    return list(texts_of(pond.pipeline, template, name="wmYUE", brand=brand, **slots))


async def sent(pond: Pond) -> list[Outgoing]:
    return await pond.pipeline.outbox()


async def test_who_adds_an_employee_is_greeted_by_the_code_that_came_with_it(pond: Pond) -> None:
    await pond.bring(tied(EventKind.BEFRIENDED, "wmYUE", NOW, source="AAAAAA", code="c1"))

    (greeting,) = await sent(pond)
    assert (greeting.target.kind, greeting.target.address) == (TargetKind.CALLBACK, "c1")
    assert isinstance(greeting.message, Text)
    assert greeting.message.text in greetings(pond, "welcome.friend")
    assert greeting.expires_at == NOW + 20 * SECOND
    assert greeting.urgent
    assert await pond.friends() == {"wmYUE": Known(NOW, source="AAAAAA")}


async def test_a_members_code_counts_nothing_for_a_friend_who_is_in_no_group(pond: Pond) -> None:
    await pond.bring(tied(EventKind.BEFRIENDED, "wmYUE", NOW, source="AAAAAA", code="c1"))

    assert await read_value(pond.store, "SELECT count(*) FROM referral") == 0
    assert await read_value(pond.store, "SELECT count(*) FROM interaction") == 0


@pytest.mark.parametrize("code", ["", "c1"])
async def test_the_two_halves_of_an_addition_are_greeted_once(pond: Pond, code: str) -> None:
    half = tied(EventKind.BEFRIENDED, "wmYUE", NOW, code="c1", key="e1/half")
    await pond.bring(half)
    await pond.bring(tied(EventKind.BEFRIENDED, "wmYUE", NOW + SECOND, code=code, key="e2"), half)

    assert len(await sent(pond)) == 1


async def test_the_second_half_is_greeted_when_the_first_brought_no_code(pond: Pond) -> None:
    await pond.bring(tied(EventKind.BEFRIENDED, "wmYUE", NOW, key="e1/half"))
    assert await sent(pond) == []

    await pond.bring(tied(EventKind.BEFRIENDED, "wmYUE", NOW, code="c1", key="e2"))
    assert len(await sent(pond)) == 1


async def test_a_code_that_has_ended_greets_nobody(pond: Pond) -> None:
    pond.wait(20)
    await pond.bring(tied(EventKind.BEFRIENDED, "wmYUE", NOW, code="c1"))

    assert await sent(pond) == []
    assert present(await pond.friends()).keys() == {"wmYUE"}


async def test_a_tie_that_was_found_first_is_greeted_when_its_event_comes(pond: Pond) -> None:
    pond.platform.befriend("wmALI", NOW - HOUR)
    await pond.look_at_ties()
    pond.platform.befriend("wmYUE", NOW)
    pond.contact_sync.hurry()
    await pond.look_at_ties()
    assert await sent(pond) == []

    await pond.bring(tied(EventKind.BEFRIENDED, "wmYUE", NOW, code="c1", key="late"))
    assert len(await sent(pond)) == 1


async def test_who_turns_away_is_a_friend_no_more_and_hears_nothing(pond: Pond) -> None:
    await pond.bring(tied(EventKind.BEFRIENDED, "wmYUE", NOW))
    pond.wait(3600)
    await pond.bring(tied(EventKind.UNFRIENDED, "wmYUE", pond.now, text="customer"))

    assert await pond.friends() == {"wmYUE": Known(NOW, NOW + HOUR, final=True)}
    assert await sent(pond) == []


@pytest.mark.parametrize("who", ["employee", "list"])
async def test_whom_an_employee_removed_has_not_said_so_himself(pond: Pond, who: str) -> None:
    await pond.bring(
        tied(EventKind.BEFRIENDED, "wmYUE", NOW),
        tied(EventKind.UNFRIENDED, "wmYUE", NOW + MINUTE, text=who),
    )

    assert await pond.friends() == {"wmYUE": Known(NOW, NOW + MINUTE)}


async def test_a_follower_is_greeted_in_the_open_request(pond: Pond) -> None:
    event = tied(EventKind.BEFRIENDED, "oYUE", NOW, employee="", channel=ACCOUNT)
    answer = await pond.pipeline.ask(event)

    assert isinstance(answer, Text)
    assert answer.text in greetings(pond, "welcome.follower")
    assert await sent(pond) == []
    row = (await pond.store.read("SELECT realm, employee, until FROM tie"))[0]
    assert tuple(row) == ("wxdemoaccount0001", "", None)


async def test_a_follower_who_scans_a_code_is_greeted_and_not_twice_in_a_minute(
    pond: Pond,
) -> None:
    followed = tied(EventKind.BEFRIENDED, "oYUE", NOW, employee="", channel=ACCOUNT)
    scanned = replace(followed, kind=EventKind.SCANNED, source="AAAAAA")
    answers = []
    for seconds, key in ((0, "a"), (1, "b"), (60, "c")):
        pond.wait(seconds)
        event = replace(scanned, key=key, at=pond.now)  # type: ignore[arg-type]
        answers.append(await pond.pipeline.ask(event if key != "a" else followed) is not None)

    assert answers == [True, False, True]
    assert await read_value(pond.store, "SELECT count(*) FROM tie") == 1


async def test_a_scan_of_someone_of_whom_nobody_told_is_a_tie(pond: Pond) -> None:
    await pond.bring(tied(EventKind.SCANNED, "oYUE", NOW, employee="", channel=ACCOUNT))

    assert await read_value(pond.store, "SELECT count(*) FROM tie WHERE until IS NULL") == 1


async def test_an_unfollower_has_said_so_himself(pond: Pond) -> None:
    for kind, at in ((EventKind.BEFRIENDED, NOW), (EventKind.UNFRIENDED, NOW + MINUTE)):
        await pond.bring(tied(kind, "oYUE", at, employee="", channel=ACCOUNT))

    assert await read_value(pond.store, "SELECT cut_by FROM tie") == "customer"
