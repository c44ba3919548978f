"""Best and worst posts: what they are compared with, and why they stand out."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.reports.posts import Measure, PostFigures
from bot.reports.usual import Basis, Judged, Standouts, judge, standouts

from .support import DAY, HOUR, LAKE, START, ZONE_OF, daily, figures

NOW = START + 40 * DAY


def judged(*posts: PostFigures, since: float = 10) -> list[Judged]:
    return list(judge(posts, START + since * DAY, NOW, ZONE_OF))


def one(**parts: Any) -> Judged:
    """A post on the tenth day, after five plain ones."""
    (found,) = judged(*daily(5), figures(10, **parts))
    return found


def test_a_good_post_names_what_was_counted_and_what_is_usual() -> None:
    found = one(speakers=14)

    (reason,) = found.reasons
    assert (reason.measure, reason.value, reason.usual) == (Measure.SPEAKERS, 14, 5.0)
    assert reason.is_good
    assert found.score == (14 - 5) / 6**0.5


def test_leaving_speaks_against_a_post() -> None:
    found = one(leaves=3)

    assert [(reason.measure, reason.is_good) for reason in found.reasons] == [
        (Measure.LEAVES, False)
    ]
    assert found.score == -3.0


def test_the_strongest_reason_comes_first() -> None:
    found = one(speakers=9, joins=4, leaves=2)

    assert [reason.measure for reason in found.reasons] == [
        *(Measure.JOINS, Measure.LEAVES, Measure.SPEAKERS)
    ]


def test_a_post_like_others_does_not_stand_out() -> None:
    assert one(speakers=6).reasons == ()


def test_usual_is_the_same_hour_and_kind_where_there_are_enough() -> None:
    stories = daily(3, kind="story", speakers=50)
    (found,) = judged(*daily(5), *stories, figures(10, speakers=14))

    assert (found.basis, found.earlier) == (Basis.HOUR_AND_KIND, 5)


def test_else_it_is_the_same_hour() -> None:
    (found,) = judged(*daily(5), figures(10, kind="story", speakers=14))

    assert (found.basis, found.earlier) == (Basis.HOUR, 5)


def test_else_it_is_the_group() -> None:
    evening = figures(10.5, speakers=14)
    (found,) = judged(*daily(5), evening)

    assert (found.basis, found.earlier) == (Basis.GROUP, 5)


def test_the_hour_is_that_of_the_groups_clock() -> None:
    """08:30 in New York is another hour of UTC before 1 November 2026 than after it."""
    new_york = ZoneInfo("America/New_York")

    def at(month: int, day: int) -> datetime:
        return datetime(2026, month, day, 8, 30, tzinfo=new_york).astimezone(UTC)

    summer = [figures(posted_at=at(10, day), ends_at=at(10, day) + DAY) for day in (20, 21, 22)]
    winter = figures(posted_at=at(11, 10), ends_at=at(11, 11))
    (found,) = judge([*summer, winter], at(11, 9), NOW, lambda _: new_york)

    assert (found.basis, found.earlier) == (Basis.HOUR_AND_KIND, 3)


def test_without_anything_usual_nothing_is_said() -> None:
    assert judged(*daily(2), figures(10, speakers=99)) == []


def test_other_groups_are_not_usual_here() -> None:
    assert judged(*daily(5, group_key=LAKE), figures(10, speakers=99)) == []


def test_what_is_older_than_four_weeks_is_not_usual_any_more() -> None:
    assert judged(*daily(5), figures(33, speakers=99)) == []
    assert len(judged(*daily(5), figures(28, speakers=99))) == 1


def test_a_post_whose_time_is_not_over_is_not_judged_yet() -> None:
    late = figures(10, speakers=99)

    assert list(judge([*daily(5), late], START, START + 10 * DAY + HOUR, ZONE_OF)) != []
    keys = {
        found.post.key
        for found in judge([*daily(5), late], START, START + 10 * DAY + HOUR, ZONE_OF)
    }
    assert late.key not in keys


def test_clicks_are_compared_with_posts_that_had_a_link() -> None:
    linked = daily(3, clicks=2)
    (found,) = judged(*daily(5), *linked, figures(10, clicks=9))

    (reason,) = found.reasons
    assert (reason.measure, reason.usual) == (Measure.CLICKS, 2.0)
    assert one(clicks=9).reasons == (), "there was no link before"


def stood_out(*posts: PostFigures, most: int = 3) -> Standouts:
    return standouts([*daily(5), *posts], START + 10 * DAY, NOW, ZONE_OF, most)


def test_best_and_worst_are_named_from_the_most_unlike() -> None:
    found = stood_out(
        figures(10, speakers=12),
        figures(11, speakers=20),
        figures(12),
        figures(13, speakers=0),
        figures(14, leaves=9),
    )

    assert [one.post.key for one in found.best] == ["pond/11", "pond/10"]
    assert [one.post.key for one in found.worst] == ["pond/14", "pond/13"]


def test_as_many_as_are_wanted() -> None:
    found = stood_out(figures(10, speakers=12), figures(11, speakers=20), most=1)

    assert [one.post.key for one in found.best] == ["pond/11"]
