"""What the books say about a member and a group."""

from datetime import timedelta

from bot.core.ids import EventKey, MemberId
from bot.rewards.ledger.ledger import AccountRef, Reason
from bot.rewards.ledger.statement import StatementLine, Totals
from tests.unit.rewards.conftest import House
from tests.unit.rewards.support import NOW, RULES, SHANGHAI, VIP, gift, member

ANNA, BEN = MemberId(1), MemberId(2)


async def test_who_is_unknown_has_nothing(house: House) -> None:
    assert await house.statements.read_balance(ANNA) == 0
    assert await house.statements.read_statement(ANNA, 5) == []
    assert await house.statements.read_totals(ANNA) == Totals(earned=0, spent=0)


async def test_a_statement_shows_the_newest_lines_first(house: House) -> None:
    await house.ledger.transfer_many(
        [gift("a", member(1), 30), gift("b", member(2), 10, member(1)), gift("c", member(1), 5)]
    )
    assert await house.statements.read_statement(ANNA, 2) == [
        StatementLine(NOW, 5, Reason.ADJUSTMENT, "a test", 25),
        StatementLine(NOW, -10, Reason.ADJUSTMENT, "a test", 20),
    ]


async def test_totals_explain_the_balance_and_forget_what_was_taken_back(house: House) -> None:
    pool = AccountRef.group_pool(VIP)
    await house.ledger.transfer_many(
        [
            gift("a", member(1), 100),
            gift("wrong", member(1), 40),
            gift("spent", pool, 30, member(1)),
            gift("given back", pool, 20, member(1)),
        ]
    )
    for key, original in (("r1", "wrong"), ("r2", "given back")):
        await house.ledger.reverse(
            key=key,
            original=original,
            reason=Reason.ADJUSTMENT,
            reference="a mistake",
            actor="operator",
            at=NOW,
        )
    assert await house.statements.read_totals(ANNA) == Totals(earned=100, spent=30)
    assert await house.statements.read_balance(ANNA) == 70


async def test_what_was_issued_and_earned_since_an_instant(house: House) -> None:
    await house.ledger.transfer(gift("old", member(1), 1000))
    await house.check_ins.check_in(
        member_id=ANNA,
        key=EventKey("e"),
        now=NOW + timedelta(hours=1),
        rules=RULES,
        zone=SHANGHAI,
    )
    since = NOW + timedelta(minutes=1)
    assert await house.statements.read_earned([ANNA, BEN], since) == 10
    assert await house.statements.read_earned([BEN], NOW) == 0
    assert await house.statements.read_earned([], NOW) == 0
