"""Acts of members, rules of a brand, and what the database says afterwards."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.rewards.adjustments import AdjustmentWish, Confirmation
from bot.rewards.boosts import Boost
from bot.rewards.days import community_date
from bot.rewards.earning.rules import EarningWish
from bot.rewards.earning.texts import essence, sketch_of
from bot.rewards.thanks import ThanksWish
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from tests.support.stores import in_transaction

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
"""A Wednesday noon in Shanghai."""
TODAY = date(2026, 11, 25)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ME, FRIEND, OTHER = MemberId(1), MemberId(2), MemberId(3)
VIP = GroupKey("vip")

TALK: dict[str, Any] = {"key": "talk", "act": "message", "points": 2}


def rewards(*rules: dict[str, Any], **sections: Any) -> RewardsFile:
    """rewards.yaml with these earning rules; ``most_a_day`` goes to earning."""
    earning = {key: sections.pop(key) for key in ("most_a_day",) if key in sections}
    sections.setdefault("levels", [{"name": "水", "from_points": 0}])
    return RewardsFile.model_validate({"earning": {"rules": rules, **earning}, **sections})


def wish(
    file: RewardsFile,
    key: str,
    *,
    member: MemberId = ME,
    at: datetime = NOW,
    text: str = "",
    rule: int = 0,
    drawn: int | None = None,
    boost: Boost | None = None,
) -> EarningWish:
    """A member did what a rule is for; the text is told from others by its key unless given."""
    chosen = file.earning.rules[rule]
    said = essence(text)
    return EarningWish(
        member_id=member,
        event_key=EventKey(key),
        group_key=VIP,
        rule=chosen,
        file=file,
        on_date=community_date(at, SHANGHAI, file.day_starts_at),
        at=at,
        drawn=chosen.points if drawn is None else drawn,
        characters=len(said),
        sketch=sketch_of(said, member),
        boost=boost,
    )


def thanks(
    key: str,
    giver: MemberId = ME,
    receiver: MemberId = FRIEND,
    *,
    at: datetime = NOW,
    file: RewardsFile | None = None,
) -> ThanksWish:
    """One member thanks another."""
    rules = file or rewards()
    on_date = community_date(at, SHANGHAI, rules.day_starts_at)
    return ThanksWish(EventKey(key), giver, receiver, VIP, on_date, at, rules)


def adjustment(
    key: str,
    points: int,
    *,
    operator: MemberId = OTHER,
    at: datetime = NOW,
    file: RewardsFile | None = None,
) -> AdjustmentWish:
    """An operator corrects my points."""
    rules = file or rewards()
    return AdjustmentWish(EventKey(key), operator, ME, points, "漏记", TODAY, at, rules)


def confirmation(key: str, number: int, operator: MemberId, *, at: datetime = NOW) -> Confirmation:
    """Another operator agrees."""
    return Confirmation(EventKey(key), operator, number, TODAY, at, rewards())


def run(
    connection: Connection, apply: Callable[[Connection, Sequence[Any]], Sequence[Any]], *items: Any
) -> list[Any]:
    """Apply ``items`` as one batch in one transaction."""
    return in_transaction(connection, lambda: list(apply(connection, items)))


def points_of(connection: Connection, member: MemberId) -> int:
    """A member's balance."""
    row = connection.execute(
        "SELECT balance FROM account WHERE currency = 'points' AND kind = 'member' AND holder = ?",
        (str(member),),
    ).fetchone()
    return 0 if row is None else int(row["balance"])


def count(connection: Connection, table: str) -> int:
    """How many rows a table has."""
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
