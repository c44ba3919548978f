"""Books in which everything has happened once, for tests that break or guard them."""

import sqlite3

from bot.rewards.checkin.lane import apply_check_ins
from bot.rewards.ledger.ledger import AccountRef, post
from bot.rewards.packets.lane import apply_expiries
from bot.rewards.packets.packet import PacketKind
from tests.unit.rewards.support import (
    DAY,
    NOW,
    TODAY,
    VIP,
    add_referral,
    check_in,
    claim,
    claimed,
    clawback,
    gift,
    member,
    new_books,
    opened,
    packet,
    rewards,
    run,
)

ISSUANCE = AccountRef.issuance()


def fill(books: sqlite3.Connection) -> None:
    """Check-ins with a milestone; packets that are empty, expired and open; referrals; a mistake.

    Packet 1 is empty (members 1 to 4), 2 expired with two of four shares claimed, 3 open with one
    claimed. Member 1 invited 9 and was overdrawn by the claw-back; 2 invited 8 and keeps it.
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


def _refer(books: sqlite3.Connection) -> None:
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


def healthy_books() -> bytes:
    """Such books as a serialised database."""
    books = new_books()
    fill(books)
    content = books.serialize()
    books.close()
    return content
