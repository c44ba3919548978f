"""The report in lines, for the command line."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Final, assert_never

from bot.reports.experiments import NoDifference, Running, TooFew, Verdict, Waiting, Winner
from bot.reports.posts import Measure, PostFigures
from bot.reports.report import Report
from bot.reports.statistics import FEWEST, Difference, Rate
from bot.reports.summary import Echo, Line
from bot.reports.usual import Basis, Judged, Reason
from bot.settings.settings import Settings

Cells = tuple[str, ...]

_HEADS: Final[dict[Measure, str]] = {
    Measure.REPLIES: "replies",
    Measure.SPEAKERS: "speakers",
    Measure.CHECKINS: "check-ins",
    Measure.CLICKS: "clicks",
    Measure.STEP_CLICKS: "step clicks",
    Measure.JOINS: "joins",
    Measure.REFERRALS: "by code",
    Measure.LEAVES: "leaves",
}
_BASES: Final[dict[Basis, str]] = {
    Basis.HOUR_AND_KIND: "of the same hour and kind",
    Basis.HOUR: "of the same hour",
    Basis.GROUP: "of the group",
}


def render_text(report: Report, settings: Settings) -> Iterator[str]:
    """Everything but the charts, in lines for people who run the program."""
    since, now = (at.astimezone(settings.zone) for at in (report.period.since, report.period.now))
    yield f"Posts from {since:%Y-%m-%d %H:%M} to {now:%Y-%m-%d %H:%M}"
    if not report.posts:
        yield "  none"
        return
    head = ("posted", "group", "pillar", "kind", "title", "variant", "members", *_HEADS.values())
    yield from _columns([head, *(_post_row(post, report) for post in report.posts)])
    yield "  *: its time is not over; it is counted, and left out of everything below."
    yield "  -: it has no short link."
    yield ""
    yield f"For 1,000 views by members (~: fewer than {FEWEST} posts, a hint and no fact; 95 %)"
    summary = report.summary
    pillars, kinds, steps = map(_rate_rows, (summary.pillars, summary.kinds, summary.steps))
    together = _rate_rows([summary.together])
    head = ("", "posts", *_HEADS.values())
    yield from _columns(
        [head, ("pillars",), *pillars, ("kinds",), *kinds, ("steps",), *steps, *together]
    )
    for name, judged, counts in (
        ("Best", report.found.best, _is_good),
        ("Worst", report.found.worst, _is_bad),
    ):
        yield ""
        yield f"{name} posts" if judged else f"{name} posts: all are about as usual"
        for one in judged:
            yield from _stood_out(one, report, counts)
    yield ""
    yield from _mix(report)
    yield ""
    yield "Friends who came by a code within 48 hours of a post"
    echo_head = ("", "posts", "a post", "other posts", "correlation", "n")
    pillars, kinds = map(_echo_rows, (report.summary.pillar_echoes, report.summary.kind_echoes))
    yield from _columns([echo_head, ("pillars",), *pillars, ("kinds",), *kinds])
    yield ""
    yield "Experiments" if report.verdicts else "Experiments: none"
    for verdict in report.verdicts:
        yield f"  {verdict.experiment.key}: {_told(verdict)}"


def _is_good(reason: Reason) -> bool:
    return reason.is_good


def _is_bad(reason: Reason) -> bool:
    return not reason.is_good


def _post_row(post: PostFigures, report: Report) -> Cells:
    local = post.posted_at.astimezone(report.zone_of(post.group_key))
    mark = "" if post in report.over else "*"
    counts = (_count(post.value(measure)) for measure in Measure)
    return (
        f"{local:%m-%d %H:%M}{mark}",
        *(post.group_key, post.pillar, post.kind, post.title, post.variant or "-"),
        str(post.members),
        *counts,
    )


def _rate_rows(lines: Sequence[Line]) -> list[Cells]:
    return [
        (f"  {line.name}", str(line.posts), *(_rate(line.rates[measure]) for measure in Measure))
        for line in lines
        if line.posts
    ]


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return "-"
    mark = "" if rate.is_fact else "~"
    return f"{mark}{_short(rate.value)} ({_short(rate.low)} to {_short(rate.high)})"


def _stood_out(one: Judged, report: Report, counts: Callable[[Reason], bool]) -> Iterator[str]:
    post = one.post
    local = post.posted_at.astimezone(report.zone_of(post.group_key))
    new = ", new item" if post.is_new else ""
    yield (f"  {local:%m-%d %H:%M} {post.group_key}, {post.pillar} {post.kind}{new}: {post.title}")
    reasons = [reason for reason in one.reasons if counts(reason)]
    told = [f"{reason.value} {reason.measure} against {_short(reason.usual)}" for reason in reasons]
    if post.left_soon and any(reason.measure is Measure.LEAVES for reason in reasons):
        told.append(f"{post.left_soon} left within 2 h")
    yield f"    {'; '.join(told)} (usual: median of {one.earlier} posts {_BASES[one.basis]})"


def _mix(report: Report) -> Iterator[str]:
    summary, posts = report.summary, len(report.posts)
    yield f"Fission step: {posts - len(summary.without_step)} of {posts} posts"
    for post in summary.without_step:
        yield f"  without: {post.key} {post.title}"
    yield f"Discounts: {summary.discounts} of {posts} posts"
    yield (
        f"Variety of the last 7 days: as if {summary.pillar_variety:.1f} of 4 pillars and"
        f" {summary.kind_variety:.1f} of 5 kinds were posted equally often"
    )
    for one in summary.silences:
        days = f"more than {one.looked_days}" if one.days is None else str(one.days)
        yield f"Last {one.pillar} post: {days} days ago (in {one.group_key}, where it is longest)"


def _echo_rows(echoes: Sequence[Echo]) -> list[Cells]:
    return [_echo_row(one) for one in echoes if one.posts]


def _echo_row(one: Echo) -> Cells:
    found = one.correlation
    if found is None:
        told: Cells = ("-", "-")
    else:
        mark = "" if one.is_fact else "~"
        told = (f"{mark}{found.r:.2f} ({found.low:.2f} to {found.high:.2f})", str(found.n))
    return (f"  {one.name}", str(one.posts), f"{one.mean:.2f}", f"{one.mean_of_others:.2f}", *told)


def _told(verdict: Verdict) -> str:
    one = verdict.experiment
    match verdict:
        case Waiting():
            return f"begins on {one.starts}"
        case Running():
            return f"runs until {one.ends}, {verdict.posts} posts so far"
        case TooFew():
            return (
                f"ended on {one.ends} with {verdict.posts} posts, {verdict.pairs} pairs of which"
                f" have both variants; {one.least_posts} posts are needed, so nothing is decided"
            )
        case NoDifference():
            first, second = one.variants
            return (
                f"ended on {one.ends}: no difference shown in {one.measure};"
                f" {first} less {second} is {_doubt(verdict.difference)}"
            )
        case Winner():
            return (
                f"ended on {one.ends}: {verdict.variant} brings more {one.measure} than"
                f" {verdict.other}, by {_doubt(verdict.difference)}"
            )
        case _:
            assert_never(verdict)


def _doubt(found: Difference) -> str:
    return (
        f"{_short(found.mean)} for 1,000 members ({_short(found.low)} to {_short(found.high)},"
        f" {found.pairs} pairs)"
    )


def _count(count: int | None) -> str:
    return "-" if count is None else str(count)


def _short(number: float) -> str:
    return f"{number:.0f}" if abs(number) >= 10 or number == int(number) else f"{number:.1f}"


def _columns(rows: Sequence[Cells]) -> Iterator[str]:
    """Rows as aligned lines; a Chinese character takes two columns of a terminal."""
    columns = zip_longest(*rows, fillvalue="")
    widths = [max(map(_width, column)) for column in columns]
    for row in rows:
        cells = zip(row, widths, strict=False)  # a short row leaves the rest empty
        yield "  " + "  ".join(cell + " " * (wide - _width(cell)) for cell, wide in cells).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)
