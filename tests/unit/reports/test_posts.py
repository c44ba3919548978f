"""What is counted after a post, by hand; and that nothing is counted for two posts."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reports.posts import PostFigures, read_posts_from
from bot.store.sql import Dialect
from tests.support.engines import examples
from tests.support.stores import memory_database

from .support import DAY, HOUR, LAKE, MINUTE, POND, START, Book


@pytest.fixture
def book(engine: Dialect) -> Iterator[Book]:
    del engine
    with closing(memory_database()) as connection:
        yield Book(connection)


def read(book: Book) -> tuple[PostFigures, ...]:
    return read_posts_from(book.connection, START)


def test_a_reply_is_an_act_of_a_member_and_a_speaker_is_counted_once(book: Book) -> None:
    book.members(1, 2, 3)
    book.post(START)
    book.act(1, START)
    book.act(1, START + HOUR)
    book.act(2, START + HOUR, "message", "claim")  # one event, kept as two acts
    book.act(3, START + HOUR, "checkin")
    book.act(3, START - MINUTE)

    (post,) = read(book)

    assert (post.replies, post.speakers, post.checkins, post.members) == (4, 3, 1, 3)


def test_coming_and_going_are_no_replies(book: Book) -> None:
    book.members(1)
    book.post(START)
    book.act(1, START, "join")
    book.act(1, START + HOUR, "leave")

    assert read(book)[0].replies == 0


def test_staff_is_no_speaker_and_no_member(book: Book) -> None:
    book.members(1, 2, 3)
    book.staff(1)
    book.staff(2, group="")  # an operator
    book.staff(3, group=LAKE)  # elsewhere
    book.post(START)
    for member in (1, 2, 3):
        book.act(member, START)

    (post,) = read(book)

    assert (post.members, post.speakers, post.replies) == (1, 1, 1)


def test_a_post_is_measured_until_the_groups_next_one(book: Book) -> None:
    book.members(1, 2)
    book.post(START)
    book.post(START + HOUR, group=LAKE)
    book.post(START + 3 * HOUR)
    book.act(1, START + 3 * HOUR - MINUTE)
    book.act(2, START + 3 * HOUR)

    first, elsewhere, second = read(book)

    assert (first.speakers, elsewhere.speakers, second.speakers) == (1, 0, 1)
    assert first.ends_at == START + 3 * HOUR
    assert elsewhere.ends_at == START + HOUR + DAY


def test_and_for_a_day_at_most(book: Book) -> None:
    book.members(1, 2)
    book.post(START)
    book.post(START + 3 * DAY)
    book.act(1, START + DAY - MINUTE)
    book.act(2, START + DAY)

    assert [post.speakers for post in read(book)] == [1, 0]


def test_what_was_not_posted_ends_no_window_and_is_no_post(book: Book) -> None:
    book.members(1)
    book.post(START)
    book.post(START + HOUR, state="skipped")
    book.act(1, START + 2 * HOUR)

    assert [post.speakers for post in read(book)] == [1]


def test_members_are_those_who_were_there_when_it_appeared(book: Book) -> None:
    book.members(1)
    book.members(2, joined_at=START)
    book.members(3, joined_at=START + MINUTE)
    book.members(4)
    book.leaves(4, START)
    book.members(5)
    book.leaves(5, START + MINUTE)
    book.members(6, group=LAKE)
    book.post(START)

    assert read(book)[0].members == 3  # 1, 2 and 5


def test_joins_and_leaves_are_those_of_its_time(book: Book) -> None:
    book.members(1, 2, 3, 4)
    book.members(5, joined_at=START + HOUR)
    book.members(6, joined_at=START + DAY)
    book.leaves(1, START + 2 * HOUR - MINUTE)
    book.leaves(2, START + 2 * HOUR)
    book.leaves(3, START - MINUTE)
    book.leaves(4, START + DAY)
    book.post(START)

    (post,) = read(book)

    assert (post.joins, post.leaves, post.left_soon) == (1, 2, 1)


def test_a_friend_who_came_by_a_code_counts_and_for_two_days_he_echoes(book: Book) -> None:
    book.members(1, 2, 3, 4, 5, 6)
    book.post(START)
    book.referral(2, 1, START + HOUR)
    book.referral(3, 1, START + HOUR, "settled")
    book.referral(4, 1, START + 2 * HOUR, "rejected")
    book.referral(5, 1, START + 47 * HOUR)
    book.referral(6, 1, START + 48 * HOUR)

    (post,) = read(book)

    assert (post.referrals, post.referrals_later) == (2, 3)


def test_clicks_belong_to_the_post_of_their_link_whatever_is_posted_next(book: Book) -> None:
    first, second = book.post(START), book.post(START + HOUR)
    to_first, to_second = book.link(first), book.link(second)
    book.opening(to_first, "a", START + 2 * HOUR)
    book.opening(to_first, "b", START + 2 * HOUR, "forwarded")
    book.opening(to_first, "c", START + 2 * HOUR, "robot")
    book.opening(to_first, "d", START + DAY)
    book.opening(to_second, "a", START + 2 * HOUR, "member")

    posts = read(book)

    assert [(post.clicks, post.forwarded, post.robots) for post in posts] == [(2, 1, 1), (1, 0, 0)]


def test_the_links_of_content_and_step_are_counted_apart(book: Book) -> None:
    key = book.post(START)
    book.link(key)
    book.opening(book.link(key, "step"), "a", START + HOUR)

    (post,) = read(book)

    assert (post.clicks, post.step_clicks) == (0, 1)


def test_a_post_without_a_link_has_no_clicks_rather_than_none_of_them(book: Book) -> None:
    book.post(START)

    (post,) = read(book)

    assert (post.clicks, post.step_clicks) == (None, None)


def test_an_item_is_new_to_the_group_that_never_had_it(book: Book) -> None:
    book.post(START - DAY, item="old")
    book.post(START, item="old")
    book.post(START + HOUR, item="fresh")
    book.post(START + 2 * HOUR, item="old", group=LAKE)

    assert [post.is_new for post in read(book)] == [False, True, True]


def test_one_group_may_be_looked_at_alone(book: Book) -> None:
    book.post(START)
    book.post(START, group=LAKE)

    posts = read_posts_from(book.connection, START, POND)

    assert [post.group_key for post in posts] == [POND]


def test_a_post_is_over_when_nothing_more_can_be_counted(book: Book) -> None:
    book.link(book.post(START))
    book.post(START + HOUR)
    with_link, plain = read(book)

    assert not with_link.is_over(START + DAY - MINUTE)
    assert with_link.is_over(START + DAY)
    assert plain.is_over(START + HOUR + DAY)


instants = st.integers(0, 5 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


acts = st.tuples(st.integers(1, 4), instants, st.sampled_from([POND, LAKE]))


def check_that_each_is_counted_once(
    posts: list[tuple[datetime, str]],
    acts: list[tuple[int, datetime, str]],
    comings: list[datetime],
    goings: list[datetime],
) -> None:
    with closing(memory_database()) as connection:
        book = Book(connection)
        book.members(1, 2, 3, 4)
        for member, at in enumerate(goings, start=10):
            book.members(member)
            book.leaves(member, at)
        for member, at in enumerate(comings, start=20):
            book.members(member, joined_at=at)
        for at, group in posts:
            book.post(at, group=group)
        for member, at, group in acts:
            book.act(member, at, group=group)
        read = read_posts_from(connection, START)

    def heard(at: datetime, group: str) -> bool:
        """Whether the group has a post that is less than a day old."""
        return any(where == group and at - DAY < when <= at for when, where in posts)

    assert len(read) == len(posts)
    assert sum(post.replies for post in read) == sum(heard(at, group) for _, at, group in acts)
    assert sum(post.joins for post in read) == sum(heard(at, POND) for at in comings)
    assert sum(post.leaves for post in read) == sum(heard(at, POND) for at in goings)


def test_each_event_is_counted_for_the_last_post_before_it_and_for_no_other(
    engine: Dialect,
) -> None:
    del engine

    once = given(
        posts=st.lists(st.tuples(instants, st.sampled_from([POND, LAKE])), max_size=8),
        acts=st.lists(acts, max_size=20),
        comings=st.lists(instants, max_size=6),
        goings=st.lists(instants, max_size=4),
    )(check_that_each_is_counted_once)
    settings(max_examples=examples(60))(once)()
