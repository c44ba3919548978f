"""Short links: made alike every time, kept with the post, counted by visitor and day."""

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.core.ids import GroupKey, UserId
from bot.growth.links import (
    KEEP_VISITORS,
    LETTERS,
    LinkKind,
    Links,
    PostLink,
    content_link,
    post_link,
    step_link,
    visitor_of,
)
from bot.growth.openings import Opening
from bot.members.people import PersonRef
from bot.members.roster import Move, MoveKind, Roster
from bot.settings.pages import Pages
from bot.store.db import Store
from bot.store.sql import Dialect
from tests.support.brand import Live, brand
from tests.support.customers import POND
from tests.support.engines import REFUSED
from tests.support.events import DAY, HOUR, NOW, REALM
from tests.support.links import add_post
from tests.support.pages import SECRET, with_pages, without_pages
from tests.support.stores import memory_database

BASE = "https://pond.example.com"
SLOT = "pond/2026-11-25/20:00"
URL = "https://shop.example.com/rice?from=group&x=1"
TODAY = date(2026, 11, 25)


def link(slot: str = SLOT, url: str = URL, what: LinkKind = LinkKind.CONTENT) -> PostLink:
    made = post_link(slot_key=slot, url=url, base=BASE, secret=SECRET, what=what)
    assert made is not None
    return made


def test_a_link_is_made_alike_every_time() -> None:
    assert link() == link()


def test_its_token_has_sixty_bits_that_hang_on_everything() -> None:
    others = [
        link(slot="pond/2026-11-25/20:01"),
        link(url=f"{URL}0"),
        link(what=LinkKind.STEP),
        post_link(slot_key=SLOT, url=URL, base=BASE, secret=f"{SECRET}0"),
        link(),
    ]

    tokens = {one.token for one in others if one is not None}
    assert len(tokens) == len(others)
    assert all(len(token) == 12 and set(token) <= set(LETTERS) for token in tokens)
    assert len(set(LETTERS)) == 32


def test_its_address_is_ours_and_short() -> None:
    made = link()

    assert made.address == f"{BASE}/r/{made.token}"
    assert made.url == URL


def test_without_pages_there_is_no_short_link() -> None:
    assert post_link(slot_key=SLOT, url=URL, base="", secret="") is None
    pages = Pages(Live(without_pages(brand())), "http://127.0.0.1")
    assert content_link(pages, slot_key=SLOT, url=URL) is None
    assert step_link(pages, brand().bot.groups[0], slot_key=SLOT) is None


def test_with_pages_the_step_leads_to_the_page_of_the_group() -> None:
    live = Live(with_pages(brand(), address=BASE))
    pages, group = Pages(live, ""), live.current.bot.groups[0]

    content, step = (
        content_link(pages, slot_key=SLOT, url=URL),
        step_link(pages, group, slot_key=SLOT),
    )

    assert content == link()
    assert step is not None
    assert (step.what, step.url) == (LinkKind.STEP, f"{BASE}/m/{group.key}")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "weixin://dl/business",
        "//shop.example.com",
        "shop.example.com",
        "https://",
        "https://shop.example.com/\r\nSet-Cookie: pond=x",
        "",
    ],
)
def test_nothing_but_a_web_address_is_led_to(url: str) -> None:
    with pytest.raises(ValueError, match="web address"):
        link(url=url)


def test_a_visitor_is_another_one_every_day() -> None:
    digest = visitor_of(SECRET, TODAY, "203.0.113.7", "browser")

    assert digest == visitor_of(SECRET, TODAY, "203.0.113.7", "browser")
    others = {
        visitor_of(SECRET, TODAY + DAY, "203.0.113.7", "browser"),
        visitor_of(SECRET, TODAY, "203.0.113.8", "browser"),
        visitor_of(SECRET, TODAY, "203.0.113.7", "another"),
        visitor_of(f"{SECRET}0", TODAY, "203.0.113.7", "browser"),
        visitor_of(SECRET, TODAY, "203.0.113.7browser", ""),
    }
    assert len(others | {digest}) == 6


# ---- kept and counted


async def post(store: Store) -> PostLink:
    """A post of the group and its link."""
    made = link()
    await add_post(store, POND, made)
    return made


def opening(made: PostLink, visitor: str = "someone", **parts: object) -> Opening:
    plain = Opening(
        token=made.token, on_date=TODAY, visitor=visitor, person=None, robot=False, at=NOW
    )
    return replace(plain, **parts)  # type: ignore[arg-type]


async def counted(store: Store) -> list[tuple[object, ...]]:
    rows = await store.read("SELECT on_date, how, openings FROM link_opening ORDER BY id")
    return [tuple(row) for row in rows]


async def test_a_kept_link_is_found_by_its_token(store: Store) -> None:
    made = await post(store)

    assert await Links(store).find(made.token) == URL
    assert await Links(store).find("b" * 12) is None


async def test_a_visitor_counts_once_a_day_and_his_openings_add_up(store: Store) -> None:
    made, links = await post(store), Links(store)

    for one in (
        opening(made),
        opening(made, at=NOW + HOUR),
        opening(made, "another"),
        opening(made, on_date=TODAY + DAY, at=NOW + DAY),
    ):
        await links.count(one)

    assert await counted(store) == [
        ("2026-11-25", "unknown", 2),
        ("2026-11-25", "unknown", 1),
        ("2026-11-26", "unknown", 1),
    ]


async def test_a_member_is_told_from_who_was_forwarded_the_link_and_from_a_program(
    store: Store,
) -> None:
    made, links, roster = await post(store), Links(store), Roster(store)

    async def move(user: str, kind: MoveKind, group: str = POND) -> PersonRef:
        person = PersonRef(REALM, UserId(user))
        await roster.move(Move(kind, person, GroupKey(group), NOW))
        return person

    member = await move("xiaolu", MoveKind.JOINED)
    elsewhere = await move("aqing", MoveKind.JOINED, "another")
    await move("laowang", MoveKind.JOINED)
    gone = await move("laowang", MoveKind.LEFT)
    stranger = PersonRef(REALM, UserId("nobody"))
    people = {"m": member, "e": elsewhere, "g": gone, "s": stranger}
    for visitor, person in people.items():
        await links.count(opening(made, visitor, person=person))
    await links.count(opening(made, "robot", person=member, robot=True))

    assert [how for _, how, _ in await counted(store)] == [
        *("member", "forwarded", "forwarded", "forwarded", "robot")
    ]


async def test_an_opening_of_no_link_is_nothing(store: Store) -> None:
    made = await post(store)

    await Links(store).count(replace(opening(made), token="b" * 12))

    assert await counted(store) == []


async def test_after_ninety_days_nothing_tells_visitors_apart_and_they_still_count(
    store: Store,
) -> None:
    made, links = await post(store), Links(store)
    await links.count(opening(made, "one"))
    await links.count(opening(made, "two"))
    await links.count(opening(made, "late", at=NOW + DAY))
    due = NOW + KEEP_VISITORS

    assert await links.next_forgetting() == due
    assert await links.forget(due - timedelta(microseconds=1)) == 0
    assert await links.forget(due) == 2

    rows = await store.read("SELECT visitor FROM link_opening ORDER BY id")
    assert [row["visitor"] for row in rows] == [None, None, "late"]
    assert await links.next_forgetting() == due + DAY


async def test_where_nobody_is_kept_nothing_is_due(store: Store) -> None:
    assert await Links(store).next_forgetting() is None


LEAD_ELSEWHERE = "UPDATE post_link SET url = 'https://evil.example.com/'"
TAKE_AWAY = "DELETE FROM post_link"
ADD = "INSERT INTO post_link (token, slot_key, group_key, what, url) VALUES"


@pytest.mark.parametrize(
    "statement",
    [
        LEAD_ELSEWHERE,
        TAKE_AWAY,
        f"{ADD} ('bbbbbbbbbbbb', 'pond/1', 'pond', 'step', 'javascript:alert(1)')",
        f"{ADD} ('bbbbbbbbbbbb', 'nowhere', 'pond', 'step', 'https://example.com')",
        f"{ADD} ('bbbbbbbbbbbb', 'pond/1', 'pond', 'content', 'https://example.com')",
        f"{ADD} ('short', 'pond/1', 'pond', 'step', 'https://example.com')",
    ],
)
def test_the_database_lets_no_link_lead_elsewhere(engine: Dialect, statement: str) -> None:
    del engine
    with closing(memory_database()) as connection:
        connection.execute(
            "INSERT INTO slot (key, group_key, sequence, origin, due_at, state, step, reason,"
            " posted_at, decided_at) VALUES ('pond/1', 'pond', 1, 'owner', 0, 'published', 'code',"
            " '', 0, 0)"
        )
        connection.execute(f"{ADD} ('aaaaaaaaaaaa', 'pond/1', 'pond', 'content', 'https://a.cn')")
        with pytest.raises(REFUSED):
            connection.execute(statement)
