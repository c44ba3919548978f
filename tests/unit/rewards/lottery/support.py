"""Lotteries to test with: a good one, changed where a story needs it."""

from datetime import datetime, timedelta
from typing import Any

from bot.core.ids import EventKey, GroupKey, LotteryId, MemberId
from bot.rewards.days import community_date
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.rewards.lottery.clock_lane import Publication, apply_publications, apply_settlements
from bot.rewards.lottery.draw import Ticket
from bot.rewards.lottery.lane import apply_draws
from bot.rewards.lottery.lotteries import day_end
from bot.rewards.lottery.rounds import Drawn, DrawRequest, QuizAnswer, Refused, Round
from bot.rewards.lottery.settling import Settlement
from bot.rewards.lottery.terms import Terms, terms_of
from bot.settings.schema.rewards.lottery import Lottery
from bot.store.connection import Connection
from tests.unit.rewards.support import NOW, RULES, SHANGHAI, run

SEED = "5eed" * 16
TEA = GroupKey("tea")
ENDS = NOW + timedelta(days=7)


def prize(key: str = "ten", **changes: Any) -> dict[str, Any]:
    """Ten points, of which there are five."""
    return {
        "key": key, "name": f"奖品 {key}", "kind": "points", "amount": 10, "stock": 5, "weight": 1,
    } | changes  # fmt: skip


def gift(key: str = "sample", **changes: Any) -> dict[str, Any]:
    """A small gift worth 19 yuan."""
    return prize(key, kind="gift", amount=1, value_fen=1900, stock=2) | changes


def blank(weight: int = 1) -> dict[str, Any]:
    """A blank."""
    return {"key": "blank", "name": "谢谢参与", "kind": "nothing", "weight": weight}


def lottery(*prizes: dict[str, Any], **changes: Any) -> Lottery:
    """An instant lottery of a week without limits, as rewards.yaml would give it."""
    return Lottery.model_validate(
        {
            "key": "box",
            "title": "小样盲盒",
            "mode": "instant",
            "how": "发“抽奖”",
            "claim": "中奖后按提示领取",
            "organiser": "禾间",
            "contact": "发“人工”",
            "ends_at": f"{ENDS.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            "draws_a_day": 0,
            "winner_rest_days": 0,
            "when_empty": "no_win",
            "prizes": list(prizes) or [prize(), blank()],
        }
        | changes
    )


def terms(*prizes: dict[str, Any], **changes: Any) -> Terms:
    """What such a lottery publishes at noon."""
    return terms_of(lottery(*prizes, **changes), groups=[TEA], starts_at=NOW, zone=SHANGHAI)


def publish(books: Connection, *prizes: dict[str, Any], seed: str = SEED, **changes: Any) -> Round:
    """Publish such a lottery."""
    (found,) = run(books, apply_publications, Publication(terms(*prizes, **changes), seed, NOW))
    assert isinstance(found, Round)
    return found


def wish(
    member: int, key: str, *, lottery_id: int = 1, at: datetime = NOW, **changes: Any
) -> DrawRequest:
    """A member's wish to draw at ``at``."""
    on_date = community_date(at, SHANGHAI, RULES.day_starts_at)
    asked: dict[str, Any] = {
        "lottery_id": LotteryId(lottery_id),
        "member_id": MemberId(member),
        "key": EventKey(key),
        "at": at,
        "on_date": on_date,
        "day_ends_at": day_end(on_date, SHANGHAI, RULES.day_starts_at),
        "in_groups": frozenset({TEA}),
        "is_staff": False,
        "is_blocked": False,
        "answer": QuizAnswer.NONE,
        "quiz_tries": 1,
    }
    return DrawRequest(**asked | changes)


def draw(books: Connection, *wishes: DrawRequest) -> list[Any]:
    """Draw in one batch."""
    return run(books, apply_draws, *wishes)


def drawn(books: Connection, *wishes: DrawRequest) -> list[Drawn]:
    """Draws in one batch, none of which may be refused."""
    answers = draw(books, *wishes)
    assert all(isinstance(answer, Drawn) for answer in answers), answers
    return answers


def refusal(books: Connection, asked: DrawRequest) -> Refused:
    """A draw that must be refused."""
    (answer,) = draw(books, asked)
    assert isinstance(answer, Refused), answer
    return answer


def settle(books: Connection, at: datetime = ENDS) -> None:
    """Let the clock come to ``at``."""
    on_date = community_date(at, SHANGHAI, RULES.day_starts_at)
    run(books, apply_settlements, Settlement(at, on_date, None))


def give(books: Connection, member: int, points: int, key: str = "") -> None:
    """Points that a member has earned."""
    earned = Transfer(
        key=key or f"earned-{member}",
        debit=AccountRef.issuance(),
        credit=AccountRef.member(MemberId(member)),
        amount=points,
        reason=Reason.ADJUSTMENT,
        reference="a test",
        actor="tester",
        at=NOW,
    )
    run(books, post_all, (earned,))


def ticket(position: int, member: int, number: int = 1) -> Ticket:
    """A ticket."""
    return Ticket(position, MemberId(member), number)
