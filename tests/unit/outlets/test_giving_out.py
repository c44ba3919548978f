"""Drafts on a real database: each time once, a row for every one, as copy or as a task."""

import asyncio
from datetime import timedelta

import pytest

from bot.core.errors import StoreError
from bot.core.ids import UserId
from bot.core.messages import Post, TargetKind, Text, plain_text
from bot.core.moments import Made, Making, NotMade
from bot.core.ports import Outcome, SendResult
from bot.handlers.moments_following import MomentFollowing
from bot.outbox.models import OutboxRow, OutboxState
from bot.outbox.tasks import read_handed
from bot.outlets.states import MomentState
from bot.settings.schema.outlets import OutletsFile
from bot.store.db import Store
from tests.support.engines import REFUSED
from tests.support.stores import execute

from .support import DAY, HOUR, MINUTE, NOON, START, Company, at, item, rules

FRIDAY = at("2026-11-27 20:30")
COMPANY_ONLY = {"slots": [{"at": "20:30", "days": ["fri"], "deliver": "company"}]}
BOTH = {UserId("tangyuan"): True, UserId("ayun"): True}
ONE = {UserId("tangyuan"): True, UserId("ayun"): False}


@pytest.fixture
def company(store: Store) -> Company:
    return Company(store)


@pytest.fixture
def tasks(store: Store) -> Company:
    """The same, with tasks of the platform on Friday evenings alone."""
    return Company(store, rules(**COMPANY_ONLY))


async def state(company: Company) -> tuple[str, str]:
    """State and reason of the one draft."""
    (row,) = await company.rows()
    return str(row.state), row.reason


async def ended(company: Company) -> tuple[OutboxState, str]:
    """How the send of the one draft ended."""
    row = await OutboxRow.get(key="moment/2026-11-27/20:30")
    return row.state, row.reason


async def test_the_outlet_begins_now_and_nothing_from_before_is_due(company: Company) -> None:
    await company.until(NOON - MINUTE, step=HOUR)
    assert await company.rows() == []
    await company.until(NOON)
    assert [row.key for row in await company.rows()] == ["2026-11-24/12:30"]


async def test_copy_goes_to_each_employee_with_the_words_alone_in_a_message(
    company: Company,
) -> None:
    company.live.change(content=(item("a", pictures=("pictures/rice.png",)),))
    await company.until(NOON)
    assert company.letters("tangyuan") == [
        f"moment/2026-11-24/12:30/copy/{number}/tangyuan" for number in range(3)
    ]
    assert company.letters("ayun") == [
        f"moment/2026-11-24/12:30/copy/{number}/ayun" for number in range(3)
    ]
    intro, copy, picture = (
        outgoing.message for _, outgoing in company.app.sends if outgoing.target.address == "ayun"
    )
    assert "《a》" in plain_text(intro)
    assert copy == Text(item("a").text)
    assert plain_text(picture) == ""
    (row,) = await company.rows()
    assert (row.state, row.item, row.pillar, row.text) == (
        MomentState.COPIED,
        "a",
        "user",
        item("a").text,
    )
    assert row.shown_at == NOON


async def test_a_draft_is_given_out_once_however_often_the_clock_ticks(company: Company) -> None:
    for _ in range(3):
        await company.until(NOON, step=HOUR)
        company.job = company.new_job()
    assert len(await company.rows()) == 1
    assert len(company.letters("ayun")) == 2


async def test_two_processes_give_a_draft_out_once(company: Company) -> None:
    company.clock.advance(timedelta())
    await company.tick()
    jobs = [company.new_job() for _ in range(3)]
    company.clock.advance(NOON - START)
    await asyncio.gather(*(job.run(NOON) for job in jobs))
    await company.outbox.send_due()
    assert len(await company.rows()) == 1
    assert len(company.letters("ayun")) == 2


async def test_what_was_missed_for_long_is_a_row_with_its_reason(company: Company) -> None:
    await company.tick()
    await company.until(at("2026-12-01 13:00"), step=timedelta(days=7, hours=4))
    rows = await company.rows()
    assert [row.state for row in rows] == [MomentState.SKIPPED] * 8 + [MomentState.COPIED]
    assert {row.reason for row in rows[:8]} == {"late: the program was down at its time"}
    assert rows[-1].key == "2026-12-01/12:30"


async def test_a_clock_that_jumps_back_makes_nothing_due_again(company: Company) -> None:
    await company.until(NOON, step=HOUR)
    company.job = company.new_job()
    await company.job.run(START)
    await company.job.run(NOON)
    assert len(await company.rows()) == 1


async def test_without_an_item_there_is_a_row_that_says_so(company: Company) -> None:
    company.live.change(content=())
    await company.until(NOON, step=HOUR)
    assert await state(company) == (
        "skipped",
        "no item fits: add files to content/, or shorten item_cooldown_days",
    )


async def test_when_nobody_can_be_written_to_there_is_a_row_that_says_so(
    company: Company,
) -> None:
    groups = tuple(
        group.model_copy(update={"roster": group.posts})
        for group in company.live.current.bot.groups
        if group.key == "hejian"
    )
    bot = company.live.current.bot.model_copy(update={"groups": groups})
    company.live.change(bot=bot)
    await company.until(NOON, step=HOUR)
    (name, reason) = await state(company)
    assert name == "skipped"
    assert reason.startswith("nobody can be written to")


async def test_without_a_section_nothing_is_due(company: Company) -> None:
    company.live.change(outlets=OutletsFile())
    await company.until(NOON, step=HOUR)
    assert await company.rows() == []
    assert await company.job.next_due(NOON) is None


async def test_the_next_draft_is_known_ahead(company: Company) -> None:
    assert await company.job.next_due(START) == NOON
    await company.tick()
    assert await company.job.next_due(START) == NOON
    await company.until(NOON)
    assert await company.job.next_due(NOON) == NOON + DAY


async def test_a_task_of_the_platform_is_followed_until_all_have_published(tasks: Company) -> None:
    await tasks.until(FRIDAY - MINUTE, step=HOUR)
    await tasks.until(FRIDAY + MINUTE)
    ((_, sent),) = tasks.contact.sends
    assert (sent.target.kind, sent.target.address) == (TargetKind.MOMENTS, "tangyuan|ayun")
    assert isinstance(sent.message, Post)
    assert await state(tasks) == ("waiting", (await tasks.rows())[0].reason)
    assert [key.split("/", 3)[3] for key in tasks.letters("ayun")] == ["confirm/ayun"]
    tasks.platform.publishers = ONE
    await tasks.until(FRIDAY + 3 * MINUTE)
    (row,) = await tasks.rows()
    assert (row.state, row.published) == (MomentState.WAITING, 1)
    tasks.platform.publishers = BOTH
    await tasks.until(FRIDAY + 5 * MINUTE)
    (row,) = await tasks.rows()
    assert (row.state, row.published) == (MomentState.PUBLISHED, 2)
    assert row.shown_at == FRIDAY + 2 * MINUTE
    assert await ended(tasks) == (OutboxState.SENT, "2 of 2 employees published it")
    assert len(tasks.contact.sends) == 1


async def test_a_task_of_moments_is_no_task_of_a_group(tasks: Company) -> None:
    await tasks.until(FRIDAY, step=HOUR)
    assert (await OutboxRow.get(key="moment/2026-11-27/20:30")).state is OutboxState.HANDED
    assert await read_handed(tasks.store) == []


async def test_what_nobody_confirms_is_called_off_and_the_operators_are_told(
    tasks: Company,
) -> None:
    await tasks.until(FRIDAY, step=HOUR)
    await tasks.until(FRIDAY + 12 * HOUR, step=30 * MINUTE)
    assert await state(tasks) == ("expired", "no employee confirmed it in time")
    assert tasks.platform.cancelled == ["mom1"]
    assert await ended(tasks) == (OutboxState.DEAD, "no employee confirmed it in time")
    operator = tasks.live.current.bot.operators[0]
    assert tasks.letters(operator)[-1] == f"moment/2026-11-27/20:30/expired/{operator}"


async def test_when_some_have_confirmed_the_rest_is_called_off(tasks: Company) -> None:
    tasks.platform.publishers = ONE
    await tasks.until(FRIDAY, step=HOUR)
    await tasks.until(FRIDAY + 12 * HOUR, step=30 * MINUTE)
    assert await state(tasks) == ("published", "1 of 2 employees published it")
    assert tasks.platform.cancelled == ["mom1"]
    assert (await ended(tasks))[0] is OutboxState.SENT


async def test_a_silence_of_the_platform_is_never_followed_by_a_second_call(
    tasks: Company,
) -> None:
    tasks.contact.otherwise = SendResult(Outcome.UNKNOWN, "silence")
    await tasks.until(FRIDAY, step=HOUR)
    await tasks.until(FRIDAY + 2 * DAY, step=HOUR)
    assert await state(tasks) == ("unknown", "silence")
    assert len(tasks.contact.sends) == 1
    operator = tasks.live.current.bot.operators[0]
    assert tasks.letters(operator) == [f"moment/2026-11-27/20:30/unknown/{operator}"]


async def test_a_job_that_the_platform_forgets_ends_as_unknown(tasks: Company) -> None:
    tasks.platform.job = Making()
    await tasks.until(FRIDAY, step=HOUR)
    await tasks.until(FRIDAY + 23 * HOUR, step=HOUR)
    assert (await state(tasks))[0] == "handed"
    await tasks.until(FRIDAY + 25 * HOUR, step=HOUR)
    assert (await state(tasks))[0] == "unknown"
    assert (await ended(tasks))[0] is OutboxState.UNKNOWN


async def test_a_refusal_and_a_job_without_a_moment_fail(tasks: Company) -> None:
    tasks.contact.otherwise = SendResult(Outcome.DEAD, "the picture is gone")
    await tasks.until(FRIDAY, step=HOUR)
    await tasks.until(FRIDAY + 2 * MINUTE)
    assert await state(tasks) == ("failed", "the picture is gone")
    tasks.contact.otherwise = SendResult(Outcome.HANDED, reference="job-1")
    tasks.platform.job = NotMade("The platform did not make the moment (40031).")
    await tasks.until(FRIDAY + 7 * DAY, step=HOUR)
    await tasks.until(FRIDAY + 7 * DAY + 2 * MINUTE)
    second = (await tasks.rows())[1]
    assert second.state is MomentState.FAILED
    assert "40031" in second.reason
    assert second.item == (await tasks.rows())[0].item, "what nobody saw needs no rest"


async def test_employees_whom_the_platform_does_not_know_are_named(tasks: Company) -> None:
    tasks.platform.job = Made("mom1", (UserId("ayun"),))
    await tasks.until(FRIDAY + MINUTE, step=MINUTE * 30)
    assert await state(tasks) == ("waiting", "the platform does not know ayun")
    assert tasks.letters("ayun") == []
    assert len(tasks.letters("tangyuan")) == 1


async def test_a_platform_that_does_not_answer_is_asked_again(tasks: Company) -> None:
    tasks.platform.silent = True
    await tasks.until(FRIDAY + 30 * MINUTE, step=MINUTE * 30)
    assert (await state(tasks))[0] == "handed"
    tasks.platform.silent = False
    await tasks.until(FRIDAY + HOUR, step=MINUTE * 5)
    assert (await state(tasks))[0] == "waiting"


async def test_when_its_channel_is_gone_nobody_knows_what_becomes_of_it(tasks: Company) -> None:
    await tasks.until(FRIDAY + HOUR, step=30 * MINUTE)
    assert (await state(tasks))[0] == "waiting"
    tasks.job.following = MomentFollowing(tasks.book, {}, tasks.job.voice)
    await tasks.until(FRIDAY + 2 * HOUR, step=30 * MINUTE)
    assert await state(tasks) == ("unknown", "its channel is not in bot.yaml any more")


async def test_likes_are_counted_a_day_later_of_those_who_published(tasks: Company) -> None:
    tasks.platform.publishers = ONE
    await tasks.until(FRIDAY, step=HOUR)
    await tasks.until(FRIDAY + 36 * HOUR, step=HOUR)
    (row,) = await tasks.rows()
    assert (row.likes, row.comments, row.look_at) == (3, 1, None)


async def test_likes_are_not_waited_for_without_an_end(tasks: Company) -> None:
    tasks.platform.publishers = BOTH
    await tasks.until(FRIDAY + HOUR, step=30 * MINUTE)
    tasks.platform.silent = True
    await tasks.until(FRIDAY + 3 * DAY, step=HOUR)
    (row,) = await tasks.rows()
    assert (row.state, row.likes, row.look_at) == (MomentState.PUBLISHED, None, None)


async def test_beyond_what_customers_are_shown_in_a_month_it_is_copy(store: Store) -> None:
    company = Company(store, rules(**COMPANY_ONLY, company_a_month=1))
    company.platform.publishers = BOTH
    await company.until(at("2026-12-12 00:00"), step=90 * MINUTE)
    states = [(row.key[:10], row.state) for row in await company.rows()]
    assert states == [
        ("2026-11-27", MomentState.PUBLISHED),
        ("2026-12-04", MomentState.PUBLISHED),
        ("2026-12-11", MomentState.COPIED),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM moment",
        "UPDATE moment SET text = 'other'",
        "UPDATE moment SET item = 'other'",
        "UPDATE moment SET state = 'waiting'",
        "UPDATE moment SET published = -1",
    ],
)
async def test_the_database_keeps_what_was_decided(company: Company, statement: str) -> None:
    await company.until(NOON, step=HOUR)
    with pytest.raises((StoreError, *REFUSED)):
        await execute(company.store, statement)
