"""For whom a plan began within a time: one query over all groups, whatever it begins with.

Only who has no row of the step yet is found, so that looking twice finds nobody twice.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from bot.core.ids import GroupKey, MemberId
from bot.schedules.node_days import node_days_between
from bot.schedules.sop.due import due_of
from bot.settings.schema.bot import Group
from bot.settings.schema.sop import SopPlan, Step
from bot.settings.settings import Settings
from bot.store.connection import Row
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.sql import Over, over

ANY_GROUP: Final = ""
"""The group of acts that happened in private."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A plan began for a member; ``occurrence`` tells this time from his others."""

    member_id: MemberId
    group_key: GroupKey
    occurrence: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """From ``low`` to ``high``, the first instant that is not in it."""

    low: datetime
    high: datetime


def _new(member: str, occurrence: str) -> str:
    """The condition that a step has no row yet; its parameters are the plan and the step."""
    return (
        "NOT EXISTS (SELECT 1 FROM sop_step AS x WHERE x.plan = ? AND x.step = ?"
        f" AND x.member_id = {member} AND x.occurrence = {occurrence})"
    )


_FIRST_GROUP: Final = (
    "(SELECT s.group_key FROM membership AS s WHERE s.member_id = {member}"
    " AND s.left_at IS NULL ORDER BY s.id LIMIT 1)"
)
"""The group that a member has been in longest, for what happened in none."""


def _stays(occurrence: str, earlier: str) -> Over:
    return over(
        "group_key text, low int, high int",
        "SELECT m.member_id AS member_id, m.group_key AS group_key, m.joined_at AS began_at,"
        f" {occurrence} AS occurrence FROM rows CROSS JOIN membership AS m"
        " ON m.group_key = rows.group_key AND m.joined_at >= rows.low AND m.joined_at < rows.high"
        f" WHERE {_new('m.member_id', occurrence)} {earlier}",
    )


_EARLIER: Final = (
    "EXISTS (SELECT 1 FROM membership AS e WHERE e.group_key = m.group_key"
    " AND e.member_id = m.member_id AND e.id < m.id)"
)
_THIS_STAY: Final = "m.group_key || '/' || m.id"

_FIRST_STAY: Final = _stays("m.group_key", f"AND NOT {_EARLIER}")
_EVERY_STAY: Final = _stays(_THIS_STAY, "")
_FIRST_RETURN: Final = _stays("m.group_key", f"AND {_EARLIER}")
_EVERY_RETURN: Final = _stays(_THIS_STAY, f"AND {_EARLIER}")


def _acts(occurrence: str, compared: str) -> Over:
    # no more than nth earlier ones are counted, however many there are
    return over(
        "group_key text, low int, high int",
        "SELECT i.member_id AS member_id, i.at AS began_at,"
        " CASE WHEN i.group_key <> '' THEN i.group_key"
        f" ELSE {_FIRST_GROUP.format(member='i.member_id')} END AS group_key,"
        f" {occurrence} AS occurrence FROM rows CROSS JOIN interaction AS i"
        " ON i.group_key = rows.group_key AND i.at >= rows.low AND i.at < rows.high"
        f" WHERE {_new('i.member_id', occurrence)} AND i.act = ?"
        " AND (SELECT count(*) FROM (SELECT e.id FROM interaction AS e"
        "  WHERE e.member_id = i.member_id AND e.act = i.act AND e.at <= i.at"
        "  AND (e.at < i.at OR e.id < i.id) LIMIT CAST(? AS INTEGER)) AS earlier)"
        f" {compared} CAST(? AS INTEGER)",
    )


_NTH_ACT: Final = _acts("'once'", "=")
_EVERY_ACT: Final = _acts("'act/' || i.id", ">=")


def _tags(occurrence: str) -> str:
    return (
        "SELECT t.member_id AS member_id, t.added_at AS began_at,"
        f" {_FIRST_GROUP.format(member='t.member_id')} AS group_key, {occurrence} AS occurrence"
        f" FROM member_tag AS t WHERE {_new('t.member_id', occurrence)}"
        " AND t.tag = ? AND t.added_at >= ? AND t.added_at < ?"
    )


_FIRST_TAG: Final = _tags("'once'")
_EVERY_TAG: Final = _tags("'tag/' || t.added_at")

_PRESENT: Final = over(
    "group_key text, began_at int, before int, occurrence text",
    "SELECT m.member_id AS member_id, m.group_key AS group_key, rows.began_at AS began_at,"
    " rows.occurrence AS occurrence FROM rows CROSS JOIN membership AS m"
    " ON m.group_key = rows.group_key AND m.left_at IS NULL"
    " WHERE (m.joined_at IS NULL OR m.joined_at <= rows.before)"
    f" AND {_new('m.member_id', 'rows.occurrence')}",
)


async def read_begun(
    store: Store,
    settings: Settings,
    plan: SopPlan,
    step: Step,
    groups: Sequence[Group],
    span: Span,
) -> list[Begun]:
    """For whom ``plan`` began within ``span`` in one of ``groups`` and ``step`` has no row yet."""
    names = (plan.key, step.key)
    keys = [GroupKey(group.key) for group in groups]
    low, high = to_micros(span.low), to_micros(span.high)
    begins = plan.begins
    match begins.on:
        case "joined":
            stays = _EVERY_STAY if step.again else _FIRST_STAY
            found = await store.read_over(stays, [(key, low, high) for key in keys], *names)
        case "returned":
            stays = _EVERY_RETURN if step.again else _FIRST_RETURN
            found = await store.read_over(stays, [(key, low, high) for key in keys], *names)
        case "act":
            acts = _EVERY_ACT if step.again else _NTH_ACT
            rows = [(key, low, high) for key in (*keys, ANY_GROUP)]
            more = (*names, str(begins.act), begins.nth, begins.nth - 1)
            found = await store.read_over(acts, rows, *more)
        case "tag":
            tags = _EVERY_TAG if step.again else _FIRST_TAG
            found = await store.read(tags, [*names, begins.tag, low, high])
        case "node_day":
            days = list(_node_days(settings, plan, step, groups, span))
            found = await store.read_over(_PRESENT, days, *names)
    return _in_groups(found, set(keys))


def _in_groups(found: Iterable[Row], keys: Collection[GroupKey]) -> list[Begun]:
    """Those of ``found`` who are in one of the groups; a private act may belong to another."""
    return [
        Begun(
            MemberId(row["member_id"]),
            GroupKey(row["group_key"]),
            row["occurrence"],
            from_micros(row["began_at"]),
        )
        for row in found
        if row["group_key"] in keys
    ]


def _node_days(
    settings: Settings, plan: SopPlan, step: Step, groups: Sequence[Group], span: Span
) -> Iterable[tuple[str, int, int, str]]:
    """Each group with each node day of the plan in ``span``; who came later has no part in it."""
    first = (span.low - timedelta(days=1)).date()
    last = (span.high + timedelta(days=1)).date()
    for day in node_days_between(first, last, settings.calendar):
        if day.key != plan.begins.node:
            continue
        for group in groups:
            zone = settings.zone_of(group)
            began_at = datetime.combine(day.on, time(), zone).astimezone(UTC)
            if span.low <= began_at < span.high:
                before = min(began_at, due_of(step, began_at, zone))
                occurrence = f"{group.key}/{day.on.isoformat()}"
                yield group.key, to_micros(began_at), to_micros(before), occurrence
