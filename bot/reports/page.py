"""The page of the posts: one file with everything in it, for whoever plans the next weeks.

It speaks Chinese of its own, as the members' pages do. Every figure stands with its n, and what has
fewer than thirty posts behind it is marked as a hint.
"""

import html
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from statistics import median
from string import Template
from typing import Final, assert_never

from bot.core.ids import GroupKey
from bot.reports.charts import Cell, Column, Span, columns, heat, spans
from bot.reports.experiments import NoDifference, Running, TooFew, Verdict, Waiting, Winner
from bot.reports.posts import Measure, PostFigures
from bot.reports.report import Report
from bot.reports.statistics import PER, Difference, Rate
from bot.reports.summary import Echo, Line
from bot.reports.usual import Basis, Judged, Reason
from bot.settings.schema.base import Kind, Pillar
from bot.settings.settings import Settings

PILLARS: Final[Mapping[str, str]] = {
    Pillar.BRAND: "品牌",
    Pillar.PRODUCT: "产品",
    Pillar.INDUSTRY: "行业",
    Pillar.USER: "用户",
}
KINDS: Final[Mapping[str, str]] = {
    Kind.STORY: "品牌故事",
    Kind.ACTIVITY: "活动",
    Kind.PRODUCT: "产品",
    Kind.RED_PACKET: "红包互动",
    Kind.LESSON: "知识课堂",
}
MEASURES: Final[Mapping[str, str]] = {
    Measure.REPLIES: "回应",
    Measure.SPEAKERS: "开口",
    Measure.CHECKINS: "签到",
    Measure.CLICKS: "点链接",
    Measure.STEP_CLICKS: "点裂变环节",
    Measure.JOINS: "进群",
    Measure.REFERRALS: "凭码进群",
    Measure.LEAVES: "离开",
}
_TILES: Final = {
    Measure.SPEAKERS: "人次",
    Measure.CLICKS: "次",
    Measure.JOINS: "人",
    Measure.REFERRALS: "人",
    Measure.LEAVES: "人",
}
_BASES: Final[Mapping[Basis, str]] = {
    Basis.HOUR_AND_KIND: "同时段同类型",
    Basis.HOUR: "同时段",
    Basis.GROUP: "本群",
}
_WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def render_page(report: Report, settings: Settings) -> str:
    """The page as HTML; its days are those of the community's clock, its hours those of groups."""
    page, period = _Page(report, settings), report.period
    since, now = period.since.astimezone(settings.zone), period.now.astimezone(settings.zone)
    summary = report.summary
    return Template(_file()).substitute(
        brand=_text(settings.bot.brand.name),
        span=f"{since:%Y-%m-%d} – {now:%Y-%m-%d %H:%M}",
        under_way=summary.under_way,
        tiles="".join(_tiles(report.over)),
        days=columns(list(page.days())),
        pillars=spans(list(_spans(summary.pillars, PILLARS))),
        kinds=spans(list(_spans(summary.kinds, KINDS))),
        hours=page.hours(),
        best=page.cards(report.found.best, lambda reason: reason.is_good),
        worst=page.cards(report.found.worst, lambda reason: not reason.is_good),
        experiments="".join(map(_experiment, report.verdicts)) or "<p>没有实验。</p>",
        mix="".join(_fact(name, value) for name, value in page.mix()),
        rates="".join(_rates(report)),
        echoes="".join(_echoes(report)),
        measures="".join(f"<th>{name}</th>" for name in MEASURES.values()),
        posts="".join(map(page.row, reversed(report.posts))),
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """The parts that name groups and tell the hour."""

    report: Report
    settings: Settings

    def days(self) -> Iterator[Column]:
        """What followed the posts of each day: speakers by pillar, and who left."""
        zone, period = self.settings.zone, self.report.period
        day, last = period.since.astimezone(zone).date(), period.now.astimezone(zone).date()
        posts: dict[date, list[PostFigures]] = {}
        for post in self.report.posts:
            posts.setdefault(post.posted_at.astimezone(zone).date(), []).append(post)
        while day <= last:
            yield _column(day, posts.get(day, []))
            day += timedelta(days=1)

    def hours(self) -> str:
        """The median of speakers for 1,000 views, by weekday and hour."""
        found: dict[tuple[int, int], list[float]] = {}
        for post in self.report.over:
            local = self._local(post)
            if post.members:
                rates = found.setdefault((local.weekday(), local.hour), [])
                rates.append(PER * post.speakers / post.members)
        middles = {place: (median(rates), len(rates)) for place, rates in found.items()}
        hours = sorted({hour for _, hour in found})
        return heat(
            _WEEKDAYS,
            [f"{hour}:00" for hour in hours],
            [
                Cell(day, hours.index(hour), rate, f"{_short(rate)} · {count} 条")
                for (day, hour), (rate, count) in middles.items()
            ],
        )

    def cards(self, judged: Sequence[Judged], counts: Callable[[Reason], bool]) -> str:
        """A card for each post that stood out, with the reasons that count."""
        return "".join(self._card(one, counts) for one in judged) or "<p>都和平时差不多。</p>"

    def mix(self) -> Iterator[tuple[str, str]]:
        """Whether steps, discounts and variety are what they should be."""
        summary, posts = self.report.summary, len(self.report.posts)
        yield "裂变环节", f"{posts - len(summary.without_step)}/{posts} 条"
        for post in summary.without_step:
            yield "没有裂变环节", f"{post.key}《{post.title}》"
        yield "折扣诉求", f"{summary.discounts}/{posts} 条"
        yield "近 7 天内容维度", f"相当于均匀用了 {summary.pillar_variety:.1f} / {len(PILLARS)} 个"
        yield "近 7 天内容类型", f"相当于均匀用了 {summary.kind_variety:.1f} / {len(KINDS)} 种"
        for one in summary.silences:
            days = f"超过 {one.looked_days}" if one.days is None else f"{one.days}"
            yield f"{PILLARS[one.pillar]}最久没发", f"{days} 天（{self._group(one.group_key)}）"

    def row(self, post: PostFigures) -> str:
        """A post in the table of all; grey while its time is not over."""
        css = "" if post in self.report.over else ' class="open"'
        variant = f" <small>{_text(post.variant)}</small>" if post.variant else ""
        counts = "".join(f"<td>{_count(post.value(measure))}</td>" for measure in Measure)
        return (
            f"<tr{css}><td>{self._local(post):%m-%d %H:%M}</td>"
            f"<td>{_text(self._group(post.group_key))}</td>"
            f"<td>{_pillar(post)}</td><td>{_kind(post)}</td>"
            f'<td class="title">{_text(post.title)}{variant}</td>'
            f"<td>{post.members}</td>{counts}</tr>"
        )

    def _card(self, one: Judged, counts: Callable[[Reason], bool]) -> str:
        post, local = one.post, self._local(one.post)
        reasons = [reason for reason in one.reasons if counts(reason)]
        told = [
            f"{MEASURES[reason.measure]} <b>{reason.value}</b>，平时 {_short(reason.usual)}"
            for reason in reasons
        ]
        if post.left_soon and any(reason.measure is Measure.LEAVES for reason in reasons):
            told.append(f"{post.left_soon} 人在两小时内离开")
        new = "<em>头一次发</em>" if post.is_new else ""
        when = f"{local:%m-%d} {_WEEKDAYS[local.weekday()]} {local:%H:%M}"
        return (
            f'<article><p class="when">{when} · {_text(self._group(post.group_key))}</p>'
            f"<h3>{_text(post.title)}</h3>"
            f'<p class="tags">{_pillar(post)}<em>{_kind(post)}</em>{new}</p>'
            f"<ul>{''.join(f'<li>{line}</li>' for line in told)}</ul>"
            f'<p class="when">平时：前四周{_BASES[one.basis]} {one.earlier} 条的中位数</p>'
            "</article>"
        )

    def _local(self, post: PostFigures) -> datetime:
        return post.posted_at.astimezone(self.report.zone_of(post.group_key))

    def _group(self, key: GroupKey) -> str:
        group = self.settings.group(key)
        return key if group is None else group.name


def _tiles(over: Sequence[PostFigures]) -> Iterator[str]:
    yield _tile("内容", str(len(over)), "条")
    for measure, unit in _TILES.items():
        counts = [count for post in over if (count := post.value(measure)) is not None]
        yield _tile(MEASURES[measure], _count(sum(counts) if counts else None), unit)


def _tile(name: str, value: str, unit: str) -> str:
    return f'<div class="tile"><b>{value}</b><i>{unit}</i><span>{name}</span></div>'


def _column(day: date, posts: Sequence[PostFigures]) -> Column:
    speakers: Counter[str] = Counter()
    for post in posts:
        speakers[post.pillar] += post.speakers
    gone = sum(post.leaves for post in posts)
    told = "，".join(f"{name} {speakers[key]}" for key, name in PILLARS.items() if speakers[key])
    return Column(
        f"{day:%m-%d}",
        f"{day:%m-%d}：{len(posts)} 条，开口 {speakers.total()}（{told or '无'}），离开 {gone}",
        {f"p-{key}": speakers[key] for key in PILLARS},
        gone,
    )


def _spans(lines: Iterable[Line], names: Mapping[str, str]) -> Iterator[Span]:
    """Speakers for 1,000 views."""
    for line in lines:
        rate = line.rates[Measure.SPEAKERS]
        if rate is not None:
            yield Span(
                label=names[line.name],
                css=f"p-{line.name}" if names is PILLARS else "k",
                value=rate.value,
                low=rate.low,
                high=rate.high,
                is_fact=rate.is_fact,
                note=f"{_short(rate.value)}（{_short(rate.low)}–{_short(rate.high)}）{rate.n} 条",
            )


def _rates(report: Report) -> Iterator[str]:
    """Every measure of every pillar, kind and fission step that was posted."""
    summary = report.summary
    named = [
        *((PILLARS[line.name], line) for line in summary.pillars),
        *((KINDS[line.name], line) for line in summary.kinds),
        *((f"环节 {_text(line.name)}", line) for line in summary.steps),
        ("合计", summary.together),
    ]
    for name, line in named:
        if line.posts:
            rates = "".join(f"<td>{_rate(line.rates[measure])}</td>" for measure in Measure)
            yield f"<tr><th>{name}</th><td>{line.posts}</td>{rates}</tr>"


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return "—"
    css = "" if rate.is_fact else ' class="about"'
    interval = f"{_short(rate.low)}–{_short(rate.high)}"
    return f"<span{css}>{_short(rate.value)}</span><small>{interval}</small>"


def _experiment(verdict: Verdict) -> str:
    one = verdict.experiment
    match verdict:
        case Waiting():
            told = f"从 {one.starts} 开始。"
        case Running():
            told = f"跑到 {one.ends}，目前 {verdict.posts} 条。到期前不看胜负。"
        case TooFew():
            told = (
                f"结束了：{verdict.posts} 条里能配对的有 {verdict.pairs} 对，"
                f"不够 {one.least_posts} 条，不下结论。"
            )
        case NoDifference():
            first, second = one.variants
            told = (
                f"结束了：看不出差别。每千人 {first} 减 {second} 是{_doubt(verdict.difference)}。"
            )
        case Winner():
            told = (
                f"结束了：<b>{verdict.variant}</b> 更好，每千人比 {verdict.other} 多"
                f"{_doubt(verdict.difference)}。"
            )
        case _:
            assert_never(verdict)
    what = f"{one.starts} – {one.ends} · 比{MEASURES[one.measure]} · {_text('、'.join(one.items))}"
    return f'<article><h3>{one.key}</h3><p class="when">{what}</p><p>{told}</p></article>'


def _doubt(found: Difference) -> str:
    return f" {_short(found.mean)}（{_short(found.low)} 到 {_short(found.high)}，{found.pairs} 对）"


def _echoes(report: Report) -> Iterator[str]:
    named = [
        *((PILLARS[one.name], one) for one in report.summary.pillar_echoes),
        *((KINDS[one.name], one) for one in report.summary.kind_echoes),
    ]
    for name, one in named:
        if one.posts:
            yield f"<tr><th>{name}</th>{_echo(one)}</tr>"


def _echo(one: Echo) -> str:
    found = one.correlation
    counted = f"<td>{one.posts}</td><td>{one.mean:.2f}</td><td>{one.mean_of_others:.2f}</td>"
    if found is None:
        return f"{counted}<td>—</td><td>—</td>"
    css = "" if one.is_fact else ' class="about"'
    interval = f"{found.low:.2f} 到 {found.high:.2f}"
    return (
        f"{counted}<td><span{css}>{found.r:.2f}</span><small>{interval}</small></td>"
        f"<td>{found.n}</td>"
    )


def _fact(name: str, value: str) -> str:
    return f"<dt>{name}</dt><dd>{_text(value)}</dd>"


def _pillar(post: PostFigures) -> str:
    name = PILLARS.get(post.pillar, post.pillar)
    return f'<em class="chip p-{_text(post.pillar)}">{_text(name)}</em>'


def _kind(post: PostFigures) -> str:
    return _text(KINDS.get(post.kind, post.kind))


def _count(count: int | None) -> str:
    return "—" if count is None else str(count)


def _short(number: float) -> str:
    return f"{number:.0f}" if abs(number) >= 10 or number == int(number) else f"{number:.1f}"


def _text(words: str) -> str:
    return html.escape(words, quote=True)


@cache
def _file() -> str:
    return (files("bot.reports") / "static" / "posts.html").read_text(encoding="utf-8")
