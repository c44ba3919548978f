"""Lotteries 抽奖: publishing, drawing, ending, and reading them."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from bot.core.ids import EventKey, GroupKey, LotteryId, MemberId
from bot.rewards.days import community_date
from bot.rewards.ledger.lots import expiry_of
from bot.rewards.lottery.changes import unfair_changes
from bot.rewards.lottery.clock_lane import (
    Publication,
    Told,
    apply_publications,
    apply_settlements,
    apply_told,
)
from bot.rewards.lottery.lane import apply_draws
from bot.rewards.lottery.rounds import (
    Draw,
    DrawAnswer,
    Drawn,
    DrawRequest,
    QuizAnswer,
    Refused,
    RefusedBecause,
    Round,
    RoundState,
    Win,
    WinState,
)
from bot.rewards.lottery.rows import DRAW, ROUND, WIN, read_draw, read_round, read_win
from bot.rewards.lottery.settling import Settlement
from bot.rewards.lottery.terms import Terms, terms_of
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.rewards.lottery import Lottery
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane

__all__ = [
    "Draw",
    "DrawAnswer",
    "Drawn",
    "Lotteries",
    "QuizAnswer",
    "Refused",
    "RefusedBecause",
    "Round",
    "RoundState",
    "Told",
    "Untold",
    "Win",
    "WinState",
]

SEED_BITS: Final = 256

_LAST_END = """
SELECT max(coalesce(ended_at, ends_at)) AS ended_at, max(ends_at) AS ends_at
FROM lottery WHERE key = ?
"""

_NEXT_END = """
SELECT min(due) AS due FROM (
    SELECT CASE WHEN most_entrants > 0 AND draw_count >= most_entrants THEN starts_at
        ELSE ends_at END AS due
    FROM lottery WHERE state = 'open'
    UNION ALL SELECT claim_until FROM lottery_win WHERE state = 'open'
) AS instants
"""

_NEXT_NEWS = """
SELECT min(due) AS due FROM (
    SELECT starts_at AS due FROM lottery WHERE announced_at IS NULL AND state = 'open'
    UNION ALL SELECT ended_at FROM lottery WHERE told_at IS NULL AND state = 'ended'
    UNION ALL SELECT at FROM lottery_win WHERE follows IS NOT NULL AND told_at IS NULL
) AS instants
"""


@dataclass(frozen=True, slots=True)
class Untold:
    """What the groups have not been told of: rounds that began or ended, and second winners."""

    started: tuple[Round, ...]
    ended: tuple[Round, ...]
    second_winners: tuple[tuple[Round, Win], ...]


class Lotteries:
    """The lanes of lotteries. ``rng`` draws the seeds: ``secure()`` in production."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self._store = store
        self._rng = rng
        self._publications: Lane[Publication, Round] = store.lane(
            "lottery publication", apply_publications
        )
        self._draws: Lane[DrawRequest, DrawAnswer] = store.lane("lottery draw", apply_draws)
        self._settlements: Lane[Settlement, None] = store.lane(
            "lottery settlement", apply_settlements
        )
        self._told: Lane[Told, None] = store.lane("lottery told", apply_told)

    async def publish(
        self, lottery: Lottery, *, groups: Sequence[GroupKey], now: datetime, zone: tzinfo
    ) -> Round | None:
        """Publish a round of ``lottery``, or take over what its file has changed fairly.

        The seed is drawn and its hash stored before anybody can draw. ``groups`` are all of the
        brand's. Returns the round in force; None when no round is open and none is due: the
        lottery is over. An unfair change is not taken; see ``unfair_changes``.
        """
        open_round = await self.find_open(lottery.key)
        if open_round is not None:
            terms = terms_for(lottery, open_round, groups=groups, zone=zone)
            if terms == open_round.terms or unfair_changes(open_round.terms, terms):
                return open_round
        else:
            starts_at = await self._next_start(lottery, now, zone)
            if starts_at is None:
                return None
            terms = terms_of(lottery, groups=groups, starts_at=starts_at, zone=zone)
            if terms.ends_at <= now:
                return None
        seed = f"{self._rng.getrandbits(SEED_BITS):064x}"
        return await self._publications.submit(Publication(terms, seed, now))

    async def draw(
        self,
        *,
        lottery_id: LotteryId,
        member_id: MemberId,
        key: EventKey,
        now: datetime,
        in_groups: Iterable[GroupKey],
        is_staff: bool,
        is_blocked: bool,
        answer: QuizAnswer,
        quiz_tries: int,
        rules: RewardsFile,
        zone: tzinfo,
    ) -> DrawAnswer:
        """Draw, or enter, for a member, and pay what he wins in the same transaction.

        ``now`` should be the instant of the event. The same event gets the same answer. Raises
        KeyReused for another member's key.
        """
        on_date = community_date(now, zone, rules.day_starts_at)
        return await self._draws.submit(
            DrawRequest(
                lottery_id=lottery_id,
                member_id=member_id,
                key=key,
                at=now,
                on_date=on_date,
                day_ends_at=day_end(on_date, zone, rules.day_starts_at),
                in_groups=frozenset(in_groups),
                is_staff=is_staff,
                is_blocked=is_blocked,
                answer=answer,
                quiz_tries=quiz_tries,
                expires_on=expiry_of(rules.points, on_date),
            )
        )

    async def settle(self, now: datetime, *, rules: RewardsFile, zone: tzinfo) -> None:
        """End every round that is due, draw among its entrants, and see to unclaimed gifts."""
        on_date = community_date(now, zone, rules.day_starts_at)
        expires_on = expiry_of(rules.points, on_date)
        await self._settlements.submit(Settlement(now, on_date, expires_on))

    async def mark_told(self, told: Told) -> None:
        """Note that the groups were told. May be repeated."""
        await self._told.submit(told)

    async def find_open(self, key: str) -> Round | None:
        """The open round of a lottery, published and perhaps not started."""
        return await self._find(f"{ROUND} WHERE lottery.key = ? AND lottery.state = 'open'", key)

    async def find_round(self, key: str, number: int | None) -> Round | None:
        """A round of a lottery by its number; the newest without one."""
        rows = await self._store.read(
            f"{ROUND} WHERE lottery.key = ? AND lottery.round = coalesce(CAST(? AS INTEGER),"
            " (SELECT max(newest.round) FROM lottery AS newest WHERE newest.key = lottery.key))",
            [key, number],
        )
        return read_round(rows[0]) if rows else None

    async def find(self, lottery_id: LotteryId) -> Round | None:
        """A round."""
        return await self._find(f"{ROUND} WHERE lottery.id = ?", lottery_id)

    async def read_open(self) -> tuple[Round, ...]:
        """All open rounds, in the order of their publication."""
        rows = await self._store.read(f"{ROUND} WHERE lottery.state = 'open' ORDER BY lottery.id")
        return tuple(map(read_round, rows))

    async def read_untold(self, now: datetime) -> Untold:
        """What is to be announced at ``now``."""
        started = await self._store.read(
            f"{ROUND} WHERE lottery.announced_at IS NULL AND lottery.state = 'open'"
            " AND lottery.starts_at <= ? ORDER BY lottery.id",
            [to_micros(now)],
        )
        ended = await self._store.read(
            f"{ROUND} WHERE lottery.told_at IS NULL AND lottery.state = 'ended' ORDER BY lottery.id"
        )
        second = await self._store.read(
            f"{WIN} WHERE lottery_win.follows IS NOT NULL AND lottery_win.told_at IS NULL"
            " ORDER BY lottery_win.id"
        )
        pairs = []
        for row in second:
            found = await self.find(LotteryId(row["lottery_id"]))
            if found is not None:
                pairs.append((found, read_win(row, found.terms)))
        return Untold(tuple(map(read_round, started)), tuple(map(read_round, ended)), tuple(pairs))

    async def read_terms_versions(self, lottery_id: LotteryId) -> tuple[tuple[int, str, str], ...]:
        """All published terms of a round: version, text and hash."""
        rows = await self._store.read(
            "SELECT version, terms, terms_hash FROM lottery_terms WHERE lottery_id = ?"
            " ORDER BY version",
            [lottery_id],
        )
        return tuple((row["version"], row["terms"], row["terms_hash"]) for row in rows)

    async def read_draws(self, lottery_id: LotteryId) -> tuple[Draw, ...]:
        """All draws of a round, in their order."""
        rows = await self._store.read(
            f"{DRAW} FROM lottery_draw WHERE lottery_id = ? ORDER BY position", [lottery_id]
        )
        return tuple(map(read_draw, rows))

    async def read_wins(self, found: Round) -> tuple[Win, ...]:
        """All wins of a round, in the order in which they were won."""
        rows = await self._store.read(
            f"{WIN} WHERE lottery_win.lottery_id = ? ORDER BY lottery_win.id", [found.lottery_id]
        )
        return tuple(read_win(row, found.terms) for row in rows)

    async def read_wins_of(self, member_id: MemberId, most: int) -> tuple[tuple[Round, Win], ...]:
        """A member's last wins, the newest first."""
        rows = await self._store.read(
            f"{WIN} WHERE lottery_win.member_id = ? ORDER BY lottery_win.id DESC LIMIT ?",
            [member_id, most],
        )
        rounds = {row["lottery_id"]: await self.find(row["lottery_id"]) for row in rows}
        return tuple(
            (found, read_win(row, found.terms))
            for row in rows
            if (found := rounds[row["lottery_id"]]) is not None
        )

    async def next_end(self) -> datetime | None:
        """When a round or the time for a claim ends next; a full round has ended already."""
        return await self._first(_NEXT_END)

    async def next_news(self) -> datetime | None:
        """Since when, or from when on, the groups are to be told something."""
        return await self._first(_NEXT_NEWS)

    async def _first(self, query: str) -> datetime | None:
        (row,) = await self._store.read(query)
        return None if row["due"] is None else from_micros(row["due"])

    async def _find(self, query: str, value: str | int) -> Round | None:
        rows = await self._store.read(query, [value])
        return read_round(rows[0]) if rows else None

    async def _next_start(self, lottery: Lottery, now: datetime, zone: tzinfo) -> datetime | None:
        """When the next round would start; None when the lottery has had all of its rounds.

        A lottery comes again when it ends weekly, or when its file names a later start.
        """
        (row,) = await self._store.read(_LAST_END, [lottery.key])
        wanted = None if lottery.starts_at is None else lottery.starts_at.replace(tzinfo=zone)
        if row["ends_at"] is None or lottery.weekly is not None:
            return now if wanted is None else max(now, wanted)
        if wanted is None or wanted < from_micros(row["ended_at"]):
            return None
        return max(now, wanted)


def terms_for(
    lottery: Lottery, published: Round, *, groups: Sequence[GroupKey], zone: tzinfo
) -> Terms:
    """What the configuration says now of a round that is published."""
    return terms_of(lottery, groups=groups, starts_at=published.terms.starts_at, zone=zone)


def day_end(on_date: date, zone: tzinfo, day_starts_at: time) -> datetime:
    """When the community day ``on_date`` is over."""
    tomorrow = datetime.combine(on_date + timedelta(days=1), day_starts_at, tzinfo=zone)
    return tomorrow.astimezone(UTC)
