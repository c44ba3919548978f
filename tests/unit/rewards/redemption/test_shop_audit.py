"""The audit finds what is wrong between the books and the shop, each by its own sentence."""

import pytest

from bot.rewards.audit.audit import audit
from bot.rewards.ledger.ledger import post
from bot.rewards.redemption.fulfilment import Step
from bot.store.migrate import migrate
from bot.store.sqlite import SqliteConnection, connect_sqlite
from tests.unit.rewards.redemption.support import (
    COUPON,
    TITLE,
    add_members,
    bought,
    give_address,
    moved,
    open_shop,
    pay_out,
    run,
    step,
    wish,
)
from tests.unit.rewards.support import DAY, NOW, gift, member

GUARDS = (
    "redemption_terms_stay",
    "redemption_is_not_deleted",
    "redemption_step_is_not_changed",
    "redemption_step_is_not_deleted",
)


@pytest.fixture
def broken() -> SqliteConnection:
    """A shop where everything has happened once, without the guards of its tables.

    1 is a parcel that was sent, 2 one that waits for its address, 3 a coupon, 4 a title, 5 a title
    that was given back.
    """
    books = connect_sqlite(":memory:")
    migrate(books)
    add_members(books)
    open_shop(books)
    pay_out(books, 7, 9000)
    bought(books, wish(7))
    give_address(books)
    moved(books, step(Step.SHIP, 1, due_at=NOW + DAY))
    bought(books, wish(7, key="second"))
    bought(books, wish(7, COUPON))
    bought(books, wish(7, TITLE))
    bought(books, wish(7, TITLE, "again"))
    moved(books, step(Step.GIVE_BACK, 5))
    assert audit(books).broken == ()
    for guard in GUARDS:
        books.execute(f"DROP TRIGGER {guard}")
    books.execute("PRAGMA foreign_keys=OFF")
    books.execute("PRAGMA ignore_check_constraints=ON")
    return books


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE redemption SET state = 'shipped' WHERE id = 3", "redemption_steps"),
        ("DELETE FROM redemption_step WHERE redemption_id = 2", "redemption_steps"),
        ("UPDATE redemption SET points = 1 WHERE id = 1", "redemption_points"),
        ("UPDATE redemption SET member_id = 8 WHERE id = 1", "redemption_points"),
        ("UPDATE redemption SET points_hold = NULL WHERE id = 2", "redemption_points"),
        ("UPDATE redemption SET state = 'cancelled' WHERE id = 2", "redemption_points"),
        ("UPDATE redemption SET state = 'returned' WHERE id = 1", "redemption_points"),
        ("UPDATE redemption SET state = 'done' WHERE id = 3", "redemption_piece"),
        ("UPDATE redemption SET item = 'other' WHERE id = 3", "redemption_piece"),
        ("UPDATE redemption SET points = 7 WHERE id = 4", "redemption_title"),
        ("UPDATE redemption SET state = 'returned' WHERE id = 4", "redemption_title"),
        ("UPDATE redemption SET state = 'done' WHERE id = 5", "redemption_cause"),
        ("DELETE FROM redemption WHERE id = 4", "redemption_cause"),
        ("DELETE FROM redemption WHERE id = 3", "redemption_holds"),
        (
            "INSERT INTO redemption_address VALUES (2, 'somewhere', 'x', 0)",
            "redemption_addresses",
        ),
        ("UPDATE shelf SET stocked = 99 WHERE item = 'sample'", "shelves"),
    ],
)
def test_what_is_wrong_is_found(broken: SqliteConnection, statement: str, name: str) -> None:
    broken.execute(statement)
    assert name in {found.name for found in audit(broken).broken}


def test_points_that_come_back_without_a_return_are_found(broken: SqliteConnection) -> None:
    broken.execute("UPDATE redemption SET state = 'done' WHERE id = 5")
    broken.execute("UPDATE redemption_step SET state = 'done' WHERE redemption_id = 5")
    assert "redemption_title" in {found.name for found in audit(broken).broken}


def test_other_transfers_are_none_of_the_shops_business(broken: SqliteConnection) -> None:
    run(broken, post, (gift("a gift", member(3), 5),))
    assert audit(broken).broken == ()
