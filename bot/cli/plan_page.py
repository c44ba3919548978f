"""The plan as a page: one file with everything in it, on which each post opens as members see it.

It speaks Chinese of its own, as the page of posts does. Posts are put together by the ``Renderer``
that the publisher has, so what the page shows is what is sent.
"""

import base64
import mimetypes
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.messages import Media, Message, Post, Text
from bot.reports.page import KINDS, PILLARS
from bot.schedules.balance import shares_on
from bot.schedules.campaign_days import Occurrence, occurrences_between, phase_name, reaches
from bot.schedules.decide import Situation
from bot.schedules.mix import Choice
from bot.schedules.node_days import next_node_days, node_days_on, phase_of
from bot.schedules.plan import Plan, PlannedPost, Share
from bot.schedules.rendering import Rendered, Renderer, Speaks
from bot.schedules.telling import expiry
from bot.settings.schema.base import Pillar
from bot.settings.schema.channels import CustomerContact
from bot.settings.settings import Settings

_WEEKDAYS: Final = "一二三四五六日"
_DAY: Final = timedelta(days=1)
_NODE_DAYS: Final = 8
_CHANNELS: Final[Mapping[str, str]] = {
    "wecom_app": "企业微信自建应用",
    "wecom_robot": "智能机器人",
    "wecom_robot_socket": "智能机器人",
    "group_webhook": "群消息推送",
    "customer_contact": "客户群群发，员工确认后发出",
}


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """The plan of a group for so many ``days``, and how many ``members`` it has."""

    situation: Situation
    plan: Plan
    members: int


def plan_page(
    settings: Settings,
    groups: Sequence[GroupPlan],
    renderer: Renderer,
    *,
    now: datetime,
    days: int,
) -> str:
    """The plans of ``groups`` for ``days`` from ``now`` as HTML."""
    first = now.astimezone(settings.zone)
    last = first + timedelta(days=days)
    legend = "".join(
        f'<span><i class="p-{pillar}"></i>{PILLARS[pillar]}</span>' for pillar in Pillar
    )
    return Template(_file()).substitute(
        brand=escape(settings.bot.brand.name),
        span=f"{first:%Y-%m-%d} 起 {days} 天，到 {last:%m-%d}",
        legend=legend,
        groups="".join(_Group(settings, one, renderer, now, days).section() for one in groups),
        now=f"{first:%Y-%m-%d %H:%M}",
    )


@dataclass(frozen=True)
class _Group:
    """One group's part of the page."""

    settings: Settings
    given: GroupPlan
    renderer: Renderer
    now: datetime
    days: int

    @cached_property
    def zone(self) -> ZoneInfo:
        return self.settings.zone_of(self.given.situation.group)

    @cached_property
    def dates(self) -> list[date]:
        """From the first day that has something to the last."""
        first = self.now.astimezone(self.zone).date()
        last = (self.now + timedelta(days=self.days)).astimezone(self.zone).date()
        posts = self.given.plan.posts
        if posts:
            first = min(first, posts[0].slot.due_at.astimezone(self.zone).date())
        return [first + _DAY * number for number in range((last - first).days + 1)]

    @cached_property
    def runs(self) -> list[Occurrence]:
        """The campaigns that the group has in these days."""
        found = occurrences_between(self.settings, self.dates[0], self.dates[-1])
        key = self.given.situation.group_key
        return [run for run in found if reaches(self.settings, run.campaign, key)]

    @cached_property
    def voice(self) -> Speaks:
        persona = self.settings.persona_of(self.given.situation.group)
        return self.renderer.voice.speaking_as(persona)

    def section(self) -> str:
        group, plan = self.given.situation.group, self.given.plan
        by_day: dict[date, list[PlannedPost]] = {day: [] for day in self.dates}
        for post in plan.posts:
            by_day[post.slot.due_at.astimezone(self.zone).date()].append(post)
        before = '<div class="empty"></div>' * self.dates[0].weekday()
        days = "".join(self._day(day, posts) for day, posts in by_day.items())
        count = sum(post.choice is not None for post in plan.posts)
        channel = self.settings.bot.channels[group.posts.channel].kind
        how = f"{_CHANNELS.get(channel, channel)}，排了 {count} 条"
        return (
            f"<section><h2>{escape(group.name)}</h2>"
            f'<p class="how">{escape(how)}</p>{self._pause()}'
            f'<div class="days">{before}{days}</div>{self._lacks()}{self._mix()}'
            f"<h3>接下来的节点日</h3>{self._nodes()}</section>"
        )

    def _pause(self) -> str:
        paused_at = self.given.situation.history.paused_at
        if paused_at is None:
            return ""
        since = f"{paused_at.astimezone(self.zone):%m-%d %H:%M}"
        return f'<p class="paused">{since} 起暂停中：发“继续”之前，下面的都不会发。</p>'

    def _day(self, day: date, posts: Iterable[PlannedPost]) -> str:
        nodes = "".join(
            f"<em>{escape(node.name)}{'，静默' if node.solemn else ''}</em>"
            for node in node_days_on(day, self.settings.calendar)
        )
        runs = "".join(
            f'<em class="run">{escape(self.settings.campaigns[run.campaign].name)}'
            f" {phase_name(min((day - run.t0).days, 0) + max((day - run.t0_last).days, 0))}</em>"
            for run in self.runs
            if run.first <= day <= run.last
        )
        return (
            f'<article class="day"><header><b>{day:%m-%d}</b>'
            f"<span>周{_WEEKDAYS[day.weekday()]}</span>{nodes}{runs}</header>"
            f"{''.join(map(self._card, posts))}</article>"
        )

    def _card(self, post: PlannedPost) -> str:
        at = f"<time>{post.slot.due_at.astimezone(self.zone):%H:%M}</time>"
        reason = escape(post.reason)
        if post.choice is None:
            return (
                f'<details class="none" name="post"><summary title="{reason}">{at}'
                f"<b>不发</b></summary>"
                f'<div class="sheet"><dl><dt>为什么</dt><dd>{reason}</dd></dl></div></details>'
            )
        front = post.choice.item.front
        promotion = " · 促销" if front.promotion else ""
        return (
            f'<details class="p-{front.pillar}" name="post"><summary title="{reason}">{at}'
            f"<small>{KINDS[front.kind]}{promotion}</small><b>{escape(front.title)}</b>"
            f"{_state(post)}</summary>"
            f'<div class="sheet">{self._shown(post, post.choice)}</div></details>'
        )

    def _shown(self, post: PlannedPost, choice: Choice) -> str:
        """The post as it will look, and what is known of it."""
        group, front = self.given.situation.group, choice.item.front
        at = post.slot.due_at.astimezone(self.zone)
        rendered = self.renderer.render(
            self.settings,
            group,
            choice,
            slot_key=post.slot.key,
            at=post.slot.due_at,
            members=self.given.members,
        )
        name = self._sender(post)
        facts = (
            ("标题", front.title),
            ("维度", f"{PILLARS[front.pillar]} · {KINDS[front.kind]}"),
            ("活动", self._campaign(post)),
            ("节点", choice.node.name if choice.node else ""),
            ("写法", choice.variant if len(choice.item.variants) > 1 else ""),
            ("出处", front.evidence),
            ("链接", front.link),
            ("裂变环节", choice.step.key),
            ("内容", choice.item.key),
            ("为什么", post.reason),
        )
        lines = "".join(f"<dt>{head}</dt><dd>{escape(text)}</dd>" for head, text in facts if text)
        return (
            f'<div class="where">{at:%m-%d} 周{_WEEKDAYS[at.weekday()]} {at:%H:%M} ·'
            f" {escape(group.name)}</div>"
            f"{self._task(post, rendered)}{self._said(name, rendered)}<dl>{lines}</dl>"
        )

    def _sender(self, post: PlannedPost) -> str:
        """Whose name stands beside the post: in a customer group the employee's who confirms it."""
        group = self.given.situation.group
        if isinstance(self.settings.bot.channels[group.posts.channel], CustomerContact):
            return group.owners[0] if group.owners else post.slot.group_key
        return self.settings.persona_of(group).name

    def _campaign(self, post: PlannedPost) -> str:
        campaign = self.settings.campaigns.get(post.slot.campaign)
        return campaign.name if campaign else ""

    def _said(self, name: str, rendered: Rendered) -> str:
        """What members see: the words, and the pictures with or below them."""
        body = "".join(self._message(message) for _, message in rendered.messages)
        return (
            f'<div class="said"><span>{escape(name[:1])}</span>'
            f"<div><small>{escape(name)}</small>{body}</div></div>"
        )

    def _message(self, message: Message) -> str:
        match message:
            case Text(text=text):
                return f'<div class="bubble">{escape(text)}</div>'
            case Post(text=text, media=media):
                pictures = "".join(map(self._picture, media))
                return f'<div class="bubble">{escape(text)}{pictures}</div>'
            case Media():
                return self._picture(message)
            case _:
                raise AssertionError("a post is made of words and pictures")

    def _picture(self, picture: Media) -> str:
        path = self.settings.directory / picture.path
        return f'<img alt="{escape(picture.path)}" src="{_data_uri(path)}">'

    def _task(self, post: PlannedPost, rendered: Rendered) -> str:
        """The card on which an employee is asked to confirm the send, where one is."""
        group = self.given.situation.group
        if not isinstance(self.settings.bot.channels[group.posts.channel], CustomerContact):
            return ""
        until = expiry(self.settings, group, post.slot.due_at).astimezone(self.settings.zone)
        say, scope = self.voice.say, f"page/{group.key}"
        text = say(
            "task.card_text",
            scope=scope,
            text=rendered.text,
            at=f"{until:%H:%M}",
            day=f"{until:%m-%d}",
        )
        pictures = sum(
            len(message.media) if isinstance(message, Post) else isinstance(message, Media)
            for _, message in rendered.messages
        )
        if pictures:
            text += "\n" + say("task.card_media", scope=scope, media=pictures)
        return (
            f'<div class="where">员工先收到任务卡：</div><div class="task">'
            f"<b>{escape(say('task.card_title', scope=scope, group=group.name))}</b>"
            f"{escape(text)}<br><u>{escape(say('task.card_button', scope=scope))}</u></div>"
            '<div class="where">确认之后，群里看到：</div>'
        )

    def _lacks(self) -> str:
        lacking = self.given.plan.lacking
        if not lacking:
            return ""
        lines = "".join(f"<li>{escape(sentence)}</li>" for sentence in lacking)
        return f'<h3>内容库还缺</h3><ul class="lacks">{lines}</ul>'

    def _mix(self) -> str:
        mix = self.given.plan.mix
        on = self.dates[-1]
        key, _ = shares_on(self.settings.calendar.mix, self.given.situation.group_key, on)
        name = f"（配比 {escape(key)}）" if key else ""
        count = mix.pillars[0].count
        pillars = _bars(mix.pillars, PILLARS, lambda share: f"p-{share.name}")
        kinds = _bars(mix.kinds, KINDS, lambda _: "kind")
        return (
            f"<h3>配比：到最后一天为止的 {count} 条{name}</h3>"
            f'<div class="mix"><figure><figcaption>内容维度，竖线是目标</figcaption>{pillars}'
            f"</figure><figure><figcaption>内容类型，竖线是目标</figcaption>{kinds}"
            "</figure></div>"
        )

    def _nodes(self) -> str:
        today = self.now.astimezone(self.zone).date()
        rows = []
        for node in next_node_days(today, _NODE_DAYS, self.settings.calendar):
            seen = phase_of(node, today) if node.is_occasion else None
            phase = "静默，不发" if node.solemn else phase_name(seen.day) if seen else ""
            away = "今天" if node.on <= today else f"还有 {(node.on - today).days} 天"
            rows.append(
                f"<tr><td>{node.on:%m-%d}</td><td>周{_WEEKDAYS[node.on.weekday()]}</td>"
                f"<td>{escape(node.name)}</td><td>{away}</td><td>{phase}</td></tr>"
            )
        return f"<table>{''.join(rows)}</table>"


def _state(post: PlannedPost) -> str:
    """What is settled about a post, if anything is."""
    if post.awaits:
        return f'<small class="state">等 {escape("、".join(post.awaits))} 批准</small>'
    if post.edit.locked is not None:
        return '<small class="good">已锁定</small>'
    if post.approved_by:
        return f'<small class="good">{escape(post.approved_by)} 已批准</small>'
    if post.edit.edited_by:
        verb = "定住" if post.edit.is_pinned else "手写" if post.edit.written else "换过"
        return f'<small class="good">{escape(post.edit.edited_by)} {verb}</small>'
    return ""


_LABEL, _BAR, _ROW = 70, 190, 26
"""Widths of a bar's name and of 100 %, and the height of a row, in the units of the drawing."""


def _bars(shares: Sequence[Share], names: Mapping[str, str], css: Callable[[Share], str]) -> str:
    """A bar for each share, on a scale that the largest fills, with its target as a line."""
    most = max(1.0, *(max(share.percent, share.target_percent) for share in shares))
    rows = "".join(_bar(number, share, names, css, most) for number, share in enumerate(shares))
    width, height = _LABEL + _BAR + 110, _ROW * len(shares)
    return f'<svg viewBox="0 0 {width} {height}" role="img">{rows}</svg>'


def _bar(
    number: int,
    share: Share,
    names: Mapping[str, str],
    css: Callable[[Share], str],
    most: float,
) -> str:
    top, middle = number * _ROW + 5, number * _ROW + 18
    filled, target = _BAR * share.percent / most, _LABEL + _BAR * share.target_percent / most
    said = f"{share.posts} 条，目标 {share.target_posts:.1f}"
    return (
        f'<text x="0" y="{middle}">{names[share.name]}</text>'
        f'<rect class="back" x="{_LABEL}" y="{top}" width="{_BAR}" height="16" rx="3"/>'
        f'<rect class="{css(share)}" x="{_LABEL}" y="{top}" width="{filled:.1f}" height="16"'
        ' rx="3"/>'
        f'<path class="target" d="M{target:.1f} {top - 3}v22"/>'
        f'<text class="note" x="{_LABEL + _BAR + 8}" y="{middle}">{said}</text>'
    )


def _data_uri(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _file() -> str:
    return (files("bot.cli") / "static" / "plan.html").read_text(encoding="utf-8")
