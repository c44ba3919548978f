"""Messages that are fetched: every page is stored before the next, and a crash loses none."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import TransportError
from bot.core.events import Hint, Place
from bot.core.ports import Pulled
from bot.pipeline.hints import Hints
from bot.pipeline.pulling import FIRST_LOOK, PULL_EVERY, Pulling
from bot.pipeline.reception import Reception
from bot.store.db import Store
from tests.support.events import APP, NOW, SECOND, make_event
from tests.support.pipeline import Pipeline
from tests.support.stores import open_store


class Mailbox:
    """A channel whose cursor counts the messages that were given out."""

    def __init__(self, *texts: str, page: int = 2) -> None:
        self.texts = list(texts)
        self.page = page
        self.asked: list[tuple[str, str]] = []
        self.broken = 0

    async def pull(self, cursor: str, ticket: str, received_at: datetime) -> Pulled:
        self.asked.append((cursor, ticket))
        if self.broken:
            self.broken -= 1
            raise TransportError("kf/sync_msg was not answered.", reached=True)
        start = int(cursor or 0)
        texts = self.texts[start : start + self.page]
        events = tuple(
            make_event(text, channel=APP, place=Place.PRIVATE, key=f"app/{start + number}")
            for number, text in enumerate(texts)
        )
        end = start + len(texts)
        return Pulled(events, str(end), more=end < len(self.texts))


def pulling(pipeline: Pipeline, mailbox: Mailbox) -> tuple[Pulling, Hints]:
    hints = Hints()
    taken = Reception(pipeline.worker, hints)
    return Pulling(pulls={APP: mailbox}, store=pipeline.store, reception=taken, hints=hints), hints


async def test_all_pages_are_fetched_and_the_next_run_begins_behind_them(store: Store) -> None:
    pipeline, mailbox = Pipeline(store), Mailbox("a", "b", "c", "d", "e")
    job, _ = pulling(pipeline, mailbox)
    await job.run(NOW)
    mailbox.texts.append("f")
    await job.run(NOW + PULL_EVERY)
    await pipeline.worker.idle()

    assert pipeline.seen.texts == ["a", "b", "c", "d", "e", "f"]
    assert [cursor for cursor, _ in mailbox.asked] == ["", "2", "4", "5"]


async def test_a_first_start_answers_nothing_of_days_ago(store: Store) -> None:
    pipeline, mailbox = Pipeline(store), Mailbox("old")
    job, _ = pulling(pipeline, mailbox)
    await job.run(NOW + 2 * FIRST_LOOK)
    mailbox.texts.append("late, but told while we were there")
    await job.run(NOW + 2 * FIRST_LOOK + PULL_EVERY)
    await pipeline.worker.idle()

    assert pipeline.seen.texts == ["late, but told while we were there"]


async def test_a_notice_is_followed_at_once_with_its_ticket(store: Store) -> None:
    pipeline, mailbox = Pipeline(store), Mailbox()
    job, hints = pulling(pipeline, mailbox)
    await job.run(NOW)
    await job.run(NOW + SECOND)
    assert len(mailbox.asked) == 1, "nothing was told and it is not time"

    mailbox.texts.append("a")
    hints.tell([Hint(APP, ticket="old"), Hint(APP, ticket="new")])
    await job.run(NOW + SECOND)
    await pipeline.worker.idle()

    assert mailbox.asked[-1] == ("0", "new")
    assert pipeline.seen.texts == ["a"]


async def test_a_fetch_that_failed_is_made_again_and_costs_nothing(store: Store) -> None:
    pipeline, mailbox = Pipeline(store), Mailbox("a")
    mailbox.broken = 1
    job, _ = pulling(pipeline, mailbox)
    await job.run(NOW)
    await job.run(NOW + PULL_EVERY)
    await pipeline.worker.idle()

    assert pipeline.seen.texts == ["a"]


@pytest.mark.usefixtures("engine")
@given(
    count=st.integers(0, 9),
    page=st.integers(1, 4),
    crashes=st.lists(st.integers(0, 6), max_size=4),
)
async def test_wherever_a_crash_comes_each_message_is_handled_once_and_in_order(
    count: int, page: int, crashes: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A crash between storing a page and moving the cursor fetches the page again."""
    async with open_store(tmp_path_factory.mktemp("pull")) as store:
        pipeline = Pipeline(store)
        mailbox = Mailbox(*[str(number) for number in range(count)], page=page)
        for crash in crashes:
            cursor = str(min(crash, count))
            events = (await mailbox.pull(cursor, "", NOW)).events
            if int(cursor) == 0 or crash % 2:  # stored, and then the process was gone
                for event in events if cursor == "0" else ():
                    await pipeline.worker.receive(event)
        job, _ = pulling(pipeline, mailbox)
        await job.run(NOW)
        await pipeline.worker.idle()

        assert pipeline.seen.texts == [str(number) for number in range(count)]
