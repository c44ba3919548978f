"""Books in which everything has happened once, for tests that break or guard them."""

import sqlite3

from bot.rewards.checkin_sqlite import apply_check_ins
from bot.rewards.ledger import AccountRef, Reason, post
from bot.rewards.packet import PacketKind
from bot.rewards.redpacket_sqlite import apply_expiries
from tests.unit.rewards.support import (
    DAY,
    NOW,
    TODAY,
    VIP,
    check_in,
    claim,
    claimed,
    gift,
    member,
    new_books,
    opened,
    packet,
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
        books.execute(
            "INSERT INTO referral (friend_id, inviter_id, group_key, code, event_key, state,"
            " joined_at, entered_at, qualify_at, settled_at, inviter_points, friend_points)"
            " VALUES (?, ?, 'vip', 'c', ?, 'settled', 0, 0, 0, 1, 1000, 50)",
            (friend, inviter, f"code-{friend}"),
        )
        run(
            books,
            post,
            (
                gift(f"invited-{friend}", member(inviter), 1000, reason=Reason.REFERRAL_INVITER),
                gift(f"friend-{friend}", member(friend), 50, reason=Reason.REFERRAL_FRIEND),
            ),
        )
    back = Reason.REFERRAL_CLAWBACK
    run(
        books,
        post,
        (gift("spent", AccountRef.group_pool(VIP), 900, member(1)),),
        (gift("taken-9", ISSUANCE, 1000, member(1), back, "invited-9"),),
    )


def healthy_books() -> bytes:
    """Such books as a serialised database."""
    books = new_books()
    fill(books)
    content = books.serialize()
    books.close()
    return content
