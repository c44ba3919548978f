"""Books in which everything has happened once, for tests that break or guard them."""

import random
from dataclasses import replace
from datetime import timedelta

from bot.campaigns.perk_desk import apply_perks
from bot.campaigns.seat_lane import apply_seats
from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.core.payouts import Bill, BillState
from bot.handlers.submissions.reviewing import apply_decisions, decision_on
from bot.members.submissions.lane import Review, apply_wishes
from bot.rewards.adjustments import apply_adjustments
from bot.rewards.checkin.lane import apply_check_ins, apply_make_ups
from bot.rewards.earning.lane import earn
from bot.rewards.ledger.expiry import _End, _end_lots
from bot.rewards.ledger.ledger import AccountRef, post
from bot.rewards.packets.lane import apply_expiries
from bot.rewards.packets.packet import PacketKind
from bot.rewards.payout.lane import Look, Report, apply_looks, apply_reports, apply_requests
from bot.rewards.payout.progress import Source
from bot.rewards.redemption.fulfilment import Step
from bot.rewards.redemption.winnings import apply_claims, apply_issues
from bot.rewards.thanks import apply_thanks
from bot.store.connection import Connection
from tests.support import pay
from tests.unit.campaigns import support as campaigns
from tests.unit.members.submissions import support as submissions
from tests.unit.rewards.earning import support as deeds
from tests.unit.rewards.lottery import support as lottery
from tests.unit.rewards.redemption import support as shop
from tests.unit.rewards.support import (
    DAY,
    NOW,
    SHANGHAI,
    TODAY,
    VIP,
    add_referral,
    check_in,
    claim,
    claimed,
    clawback,
    gift,
    make_up,
    member,
    opened,
    packet,
    rewards,
    run,
    with_members,
)

ISSUANCE = AccountRef.issuance()


def fill(books: Connection) -> None:
    """Check-ins with a milestone; packets that are empty, expired and open; referrals; a mistake.

    Packet 1 is empty (members 1 to 4), 2 expired with two of four shares claimed, 3 open with one
    claimed. Member 1 invited 9 and was overdrawn by the claw-back; 2 invited 8 and keeps it.
    Member 6 came from the 22nd to the 28th, on the 30th and on the 2nd of December.
    Redemptions of member 7: a parcel that was sent and one that waits for its address, a coupon, a
    title, and one that was given back. Members 11 to 14 drew in lottery 1, which pays at once, and
    11 to 18 in 2, whose one gift went unclaimed and to a second winner; 19 claimed a gift of 3 and
    got a code for a coupon of 4. Member 20 earned by a rule, thanked 21 and was corrected; a second
    correction waits. Points of 23 ended. Payouts of member 22: 1 was paid, 2 failed, 3 has not
    begun. A board is kept. Submission 1 of member 24 was taken in and chosen; 2 says the same, was
    taken in as well and not paid. A campaign gave 33 a boost for talking and 32 one for coming, and
    seats to 31 and 32, of whom 31 arrived; 34 waits. 31 took its perk; its cash went into packet 4.
    """
    for day in range(3):
        at = NOW + day * DAY
        run(books, apply_check_ins, check_in(1, f"in-{day}", TODAY + day * DAY, at))
    run(books, apply_check_ins, check_in(2, "in-ben"))
    opened(books, packet("first", 100, 4))
    claimed(books, [claim(1, number) for number in (1, 2, 3, 4)])
    opened(books, packet("second", 40, 4, PacketKind.FIXED))
    claimed(books, [claim(2, number) for number in (1, 2)])
    run(books, apply_expiries, NOW + DAY)
    opened(books, packet("third", 60, 3, at=NOW + DAY))
    claimed(books, [claim(3, 2, at=NOW + DAY)])
    _refer(books)
    run(books, post, (gift("mistake", member(5), 15),))
    run(books, post, (gift("mended", ISSUANCE, 15, member(5), reverses="mistake"),))
    _keep_a_streak(books)
    _redeem(books)
    _draw_lots(books)
    _earn(books)
    _let_points_end(books)
    _pay_out(books)
    _keep_a_board(books)
    _take_submissions_in(books)
    run_a_campaign(books)


def _keep_a_streak(books: Connection) -> None:
    """Member 6 missed two days: a freeze stood in for one, a card made the other up."""
    for day in (0, 1, 2, 3, 4, 5, 6, 8, 10):
        run(books, apply_check_ins, check_in(6, f"kept-{day}", TODAY + day * DAY))
    run(books, apply_make_ups, make_up(6, "card", TODAY + 9 * DAY, TODAY + 10 * DAY))


def _refer(books: Connection) -> None:
    for inviter, friend in ((1, 9), (2, 8)):
        number = add_referral(books, inviter, friend)
        run(books, post, rewards(number, inviter, friend))
    run(
        books,
        post,
        (gift("spent", AccountRef.group_pool(VIP), 900, member(1)),),
        tuple(clawback(reward) for reward in rewards(1, 1, 9)),
    )
    books.execute("UPDATE referral SET state = 'reversed', ended_at = 2 WHERE id = 1")


def _redeem(books: Connection) -> None:
    shop.open_shop(books)
    shop.pay_out(books, 7, 9000)
    shop.bought(books, shop.wish(7))
    shop.give_address(books)
    shop.moved(books, shop.step(Step.SHIP, 1, due_at=NOW + DAY))
    shop.bought(books, shop.wish(7, key="second"))
    shop.bought(books, shop.wish(7, shop.COUPON))
    shop.bought(books, shop.wish(7, shop.TITLE))
    shop.bought(books, shop.wish(7, shop.TITLE, "again"))
    shop.moved(books, shop.step(Step.GIVE_BACK, 5))


def _draw_lots(books: Connection) -> None:
    players = range(11, 19)
    lottery.publish(
        books,
        lottery.prize(stock=3),
        lottery.gift(stock=1),
        lottery.blank(),
        fee_points=2,
    )
    for number in players:
        lottery.give(books, number, 50)
    lottery.drawn(books, *(lottery.wish(number, f"box-{number}") for number in players[:4]))
    evening = lottery.publish(
        books, lottery.gift("cream", weight=0, stock=1), mode="at_time", key="evening"
    )
    lottery.drawn(
        books,
        *(
            lottery.wish(number, f"evening-{number}", lottery_id=evening.lottery_id)
            for number in players
        ),
    )
    lottery.settle(books)
    lottery.settle(books, lottery.ENDS + 7 * DAY)
    sure = (
        lottery.gift("tea", stock=1),
        lottery.prize("off", kind="coupon", amount=1, value_fen=500, stock=1),
    )
    for number, won in enumerate(sure, start=3):
        lottery.publish(books, won, key=f"sure-{number}")
        lottery.drawn(books, lottery.wish(19, f"sure-{number}", lottery_id=number))
    run(books, apply_claims, shop.claim(win_id=7, who=19))
    run(books, apply_issues, shop.issue(win_id=8))


def _earn(books: Connection) -> None:
    file = deeds.rewards(deeds.TALK)
    who, friend = MemberId(20), MemberId(21)
    run(books, earn, deeds.wish(file, "talk-1", member=who))
    run(books, earn, deeds.wish(file, "talk-2", member=who))
    run(books, apply_thanks, deeds.thanks("thanks-1", who, friend))
    for points in (50, -1, 800):  # the last one waits for a second operator
        wish = deeds.adjustment(f"correction/{points}", points)
        run(books, apply_adjustments, replace(wish, member_id=who))


def _let_points_end(books: Connection) -> None:
    run(books, post, (replace(gift("fleeting", member(23), 40), expires_on=TODAY),))
    run(books, _end_lots, _End(TODAY + DAY, NOW + DAY))


def _pay_out(books: Connection) -> None:
    fen = Currency.FEN
    cash = AccountRef.member(MemberId(22), fen)
    run(books, post, (gift("cash", cash, 5000, AccountRef.issuance(fen)),))
    wishes = [pay.wish(22, 888, bill=bill) for bill in (1, 2, 3)]
    ends = (BillState.SUCCESS, BillState.FAIL)
    run(books, apply_requests, *wishes[:2])
    run(books, apply_looks, Look(NOW, may_send=True))
    for wish, state in zip(wishes, ends, strict=False):
        bill = Bill(wish.bill_no, state)
        later = NOW + timedelta(minutes=1)
        run(books, apply_reports, Report(wish.bill_no, bill, Source.SEND, later, later))
    run(books, apply_requests, wishes[2])


def _keep_a_board(books: Connection) -> None:
    books.execute(
        "INSERT INTO board (id, group_key, measure, period, from_date, to_date, line_count,"
        " frozen_at) VALUES (1, 'vip', 'points', 'day', '2026-11-22', '2026-11-22', 2, 0)"
    )
    books.execute("INSERT INTO board_line VALUES (1, 1, 2, 30, 5), (1, 2, 3, 30, 6)")


def run_a_campaign(books: Connection) -> None:
    campaigns.give_money(books)
    campaigns.join(books, 31, 32, 33, 34)
    run(books, earn, campaigns.boosted_talk(33))
    run(books, apply_check_ins, campaigns.boosted_check_in(32))
    run(books, apply_seats, *(campaigns.sign_up(number) for number in (31, 32, 34)))
    run(books, apply_seats, campaigns.arrival(31))
    run(books, apply_perks, campaigns.perk(31))
    opened(books, campaigns.cash_packet())


def _take_submissions_in(books: Connection) -> None:
    books.execute("INSERT INTO appointment VALUES ('', 25, 'operator')")
    author, operator = MemberId(24), MemberId(25)
    for number in (1, 2):
        run(
            books,
            apply_wishes,
            submissions.offer(f"sent/{number}", author=author, sketch="0" * 32),
            submissions.agree(f"agreed/{number}", by=author, number=number),
        )
        _decide(books, submissions.approve(f"yes/{number}", by=operator, number=number))
    _decide(books, submissions.feature("best", by=operator))


def _decide(books: Connection, review: Review) -> None:
    one = submissions.stored(books, review.number)
    run(
        books,
        apply_decisions,
        decision_on(one, review, submissions.RULES, zone=SHANGHAI, rng=random.Random(1)),
    )


def healthy_books(books: Connection) -> None:
    """Members 1 to 600, and all that."""
    with_members(books)
    fill(books)
