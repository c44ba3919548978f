"""Whatever happens and however it is told, one look at the platform's list brings the truth.

People come and go; of what callbacks tell of it any part is lost, told twice, late or in another
order, and looks at the list fall in between. A whole pipeline on a real database follows.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.events import Event, EventKind
from bot.members.reconciliation import LAG, Known
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.customers import POND_CHAT, Pond, moved, tied, with_customers
from tests.support.stores import open_store

AT_LAST = 40
"""So many happenings late: after all others."""


@dataclass(frozen=True, slots=True)
class Happening:
    """``who`` comes, or goes if he is there, ``gap`` seconds after what happened before.

    It is told once for each of ``delays``, after so many further happenings. ``looks`` say whether
    somebody looks at the list right before it and right after it.
    """

    who: int
    gap: int
    source: str = ""
    delays: tuple[int, ...] = (0,)
    looks: tuple[bool, bool] = (False, False)


rarely = st.sampled_from([False, False, False, True])
happenings = st.builds(
    Happening,
    who=st.integers(0, 1),
    gap=st.sampled_from([0, 1, 2, 3, 6, 20, 3600]),
    source=st.sampled_from(["", "AAAAAA", "BBBBBB"]),
    delays=st.lists(st.sampled_from([0, 1, 2, 5, AT_LAST]), max_size=2).map(tuple),
    looks=st.tuples(rarely, rarely),
)
stories = st.lists(happenings, min_size=1, max_size=12)

Truth = dict[str, tuple[datetime | None, str]]
"""Since when those are there who are, and by which way."""


class Scene(ABC):
    """One kind of coming and going: on the platform, in callbacks, in lists, in our tables."""

    def __init__(self, pond: Pond) -> None:
        self.pond = pond

    @abstractmethod
    def come(self, user: str, source: str, key: str) -> Event: ...

    @abstractmethod
    def go(self, user: str, key: str) -> Event: ...

    @abstractmethod
    async def look(self) -> None: ...

    @abstractmethod
    def truth(self) -> Truth: ...

    @abstractmethod
    async def known(self) -> dict[str, Known]: ...

    async def bring(self, event: Event) -> None:
        await self.pond.bring(event)


class CustomerGroup(Scene):
    """Callbacks of groups do not tell the source; each of them hints at the list."""

    def come(self, user: str, source: str, key: str) -> Event:
        self.pond.platform.join(user, self.pond.now, source)
        return moved(EventKind.JOINED, user, self.pond.now, key=key)

    def go(self, user: str, key: str) -> Event:
        self.pond.platform.leave(user)
        return moved(EventKind.LEFT, user, self.pond.now, key=key)

    async def bring(self, event: Event) -> None:
        await super().bring(event)
        self.pond.hint(chat=POND_CHAT)

    async def look(self) -> None:
        await self.pond.look()

    def truth(self) -> Truth:
        members = self.pond.platform.members.values()
        return {one.user_id: (one.joined_at, one.source) for one in members}

    async def known(self) -> dict[str, Known]:
        return await self.pond.stays()


class MemberGroup(CustomerGroup):
    """No callbacks, no instants, no versions: the list is all there is."""

    def __init__(self, pond: Pond) -> None:
        super().__init__(pond)
        pond.platform.bare = True

    async def bring(self, event: Event) -> None:
        pass

    def truth(self) -> Truth:
        return dict.fromkeys(super().truth(), (None, ""))


class Friends(Scene):
    """Callbacks of ties tell the source, and hint at nothing. The employee has the group's name."""

    def __init__(self, pond: Pond) -> None:
        super().__init__(pond)
        pond.platform.employees = (pond.group,)

    def come(self, user: str, source: str, key: str) -> Event:
        pond, employee = self.pond, self.pond.group
        pond.platform.befriend(user, pond.now, employee=employee, source=source)
        kind = EventKind.BEFRIENDED
        return tied(kind, user, pond.now, employee=employee, source=source, key=key)

    def go(self, user: str, key: str) -> Event:
        pond, employee = self.pond, self.pond.group
        pond.platform.cut(user, employee)
        kind = EventKind.UNFRIENDED
        return tied(kind, user, pond.now, employee=employee, text="customer", key=key)

    async def look(self) -> None:
        self.pond.contact_sync.hurry()
        await self.pond.look_at_ties()

    def truth(self) -> Truth:
        ties = self.pond.platform.ties.values()
        return {tie.user_id: (tie.since, tie.source) for tie in ties}

    async def known(self) -> dict[str, Known]:
        return await self.pond.friends()


@contextmanager
def running(directory: Path) -> Iterator[tuple[asyncio.Runner, Store]]:
    """One loop and one store for all examples; each has its own group and its own people."""
    with asyncio.Runner() as runner:
        opened = open_store(directory)
        store = runner.run(opened.__aenter__())
        try:
            yield runner, store
        finally:
            runner.run(opened.__aexit__(None, None, None))


async def play(scene: Scene, story: list[Happening], name: str) -> None:
    """Let it happen, tell of it, look in between; at the end everything is told and looked at."""
    scene.come(f"{name}/always", "", name)  # no list is ever empty, for the owner is in it
    there: set[str] = set()
    told: list[tuple[int, Event]] = []
    for number, happening in enumerate(story):
        scene.pond.wait(happening.gap)
        if happening.looks[0]:
            await scene.look()
        user, key = f"{name}/{happening.who}", f"{name}/{number}"
        gone = user in there
        event = scene.go(user, key) if gone else scene.come(user, happening.source, key)
        there ^= {user}
        told += [(number + delay, event) for delay in happening.delays]
        for item in sorted((item for item in told if item[0] <= number), key=lambda item: item[0]):
            await scene.bring(item[1])
            told.remove(item)
        if happening.looks[1]:
            await scene.look()
    for _, event in told:
        await scene.bring(event)
    scene.pond.wait(LAG.total_seconds())
    await scene.look()


async def check(scene: Scene) -> None:
    """What we know is the truth, and a further look finds nothing."""
    known, truth = await scene.known(), scene.truth()
    lasting = {user: stay for user, stay in known.items() if stay.ended_at is None}
    assert lasting.keys() == truth.keys()
    for user, (since, source) in truth.items():
        if since is not None:
            assert lasting[user].began_at == since
        if source:
            assert lasting[user].source == source
    count_before = len(await scene.pond.told())
    scene.pond.wait(LAG.total_seconds())
    await scene.look()
    assert len(await scene.pond.told()) == count_before
    assert await scene.known() == known


@pytest.mark.parametrize("scene_of", [CustomerGroup, MemberGroup, Friends])
def test_one_look_at_the_list_brings_the_truth_whatever_was_told(
    tmp_path: Path, scene_of: type[Scene]
) -> None:
    names = count(1)

    async def run(store: Store, story: list[Happening]) -> None:
        name = f"pond{next(names)}"
        live = Live(with_customers(brand(), group=name))
        pond = Pond(store, live=live, group=name)
        scene = scene_of(pond)
        await play(scene, story, name)
        await check(scene)

    with running(tmp_path) as (runner, store):

        @settings(max_examples=60)
        @given(stories)
        def holds(story: list[Happening]) -> None:
            runner.run(run(store, story))

        holds()
