"""``python -m bot verify packet``: what anybody can recompute, and what it notices."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.core.ids import PacketId
from bot.rewards.packets.lane import apply_claims, apply_expiries
from bot.rewards.packets.packet import PacketKind
from bot.rewards.packets.proof import prove_packet
from bot.rewards.packets.split import joint_proof
from bot.store.connection import Connection
from tests.unit.rewards.support import DAY, NOW, claim, new_books, opened, packet, run

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture
def drawn() -> Iterator[Connection]:
    """Packet 1 is empty, 2 expired with two of four shares claimed, 3 open; all unguarded."""
    with closing(new_books()) as books:
        opened(books, packet("a", 100, 4))
        run(books, apply_claims, *[claim(1, number) for number in (4, 3, 2, 1)])
        opened(books, packet("b", 40, 4, PacketKind.FIXED))
        run(books, apply_claims, claim(2, 1), claim(2, 2))
        run(books, apply_expiries, NOW + DAY)
        opened(books, packet("c", 60, 3, at=NOW + DAY))
        run(books, apply_claims, claim(3, 2, at=NOW + DAY))
        for (name,) in books.execute(TRIGGERS).fetchall():
            books.execute(f"DROP TRIGGER {name}")
        yield books


def wrong(books: Connection, number: int) -> list[str]:
    """What does not hold of a packet."""
    lines = prove_packet(books, PacketId(number))
    assert lines
    return [text for holds, text in lines if not holds]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_honest_packet_holds_in_every_line(drawn: Connection, number: int) -> None:
    assert wrong(drawn, number) == []


def test_there_is_nothing_to_prove_of_a_packet_that_is_not_there(drawn: Connection) -> None:
    assert prove_packet(drawn, PacketId(9)) is None


def test_an_open_packet_is_proved_without_telling_its_secrets(drawn: Connection) -> None:
    lines = prove_packet(drawn, PacketId(3))
    assert lines is not None
    told = "\n".join(text for _, text in lines)
    (salt,) = drawn.execute("SELECT salt FROM packet WHERE id = 3").fetchone()
    assert salt not in told
    assert "sealed" in told
    lines = prove_packet(drawn, PacketId(1))
    assert lines is not None
    (salt,) = drawn.execute("SELECT salt FROM packet WHERE id = 1").fetchone()
    assert any(salt in text for _, text in lines)


@pytest.mark.parametrize(
    ("statement", "noticed"),
    [
        (
            (
                "UPDATE packet_share SET amount = (SELECT sum(amount) FROM packet_share"
                " WHERE packet_id = 3 AND position IN (1, 2)) - amount"
                " WHERE packet_id = 3 AND position IN (1, 2)"
            ),
            "SHA-256 of salt and shares",
        ),
        ("UPDATE packet SET salt = 'other' WHERE id = 3", "SHA-256 of salt and shares"),
        (
            "UPDATE packet_share SET amount = amount + 1 WHERE packet_id = 3 AND position = 2",
            "the shares add up to 60",
        ),
        ("DELETE FROM packet_share WHERE packet_id = 3 AND position = 2", "there are 3 shares"),
        (
            "UPDATE packet_claim SET position = 1 WHERE packet_id = 3",
            "1 shares were handed out, one by one",
        ),
        (
            "UPDATE packet_claim SET amount = amount + 1 WHERE packet_id = 3",
            "each claim got the next share of the list, as it was drawn",
        ),
        (
            "UPDATE transfer SET amount = amount + 1 WHERE key = 'claim/3/2'",
            "each member was paid what he got",
        ),
        (
            "UPDATE transfer SET key = 'elsewhere' WHERE key = 'claim/3/2'",
            "they were paid in the order of arrival",
        ),
        (
            "UPDATE packet_claim SET at = at - 1 WHERE packet_id = 3",
            "none was handed out before the packet opened or after its time",
        ),
    ],
)
def test_what_was_tampered_with_is_noticed(drawn: Connection, statement: str, noticed: str) -> None:
    drawn.execute("PRAGMA foreign_keys=OFF")
    drawn.execute(statement)
    assert [text for text in wrong(drawn, 3) if text.startswith(noticed)]


def test_shares_that_were_paid_in_another_order_are_noticed(drawn: Connection) -> None:
    drawn.execute("UPDATE packet_claim SET position = 3 WHERE packet_id = 2 AND position = 0")
    drawn.execute("UPDATE packet_claim SET position = 0 WHERE packet_id = 2 AND position = 1")
    drawn.execute("UPDATE packet_claim SET position = 1 WHERE packet_id = 2 AND position = 3")
    assert wrong(drawn, 2) == ["they were paid in the order of arrival"]


def test_a_refund_of_another_amount_is_noticed(drawn: Connection) -> None:
    drawn.execute("UPDATE transfer SET amount = amount - 1 WHERE key = 'refund/2'")
    assert wrong(drawn, 2) == ["20 went back"]


def test_a_rain_is_proved_with_all_its_drops_whichever_is_named(drawn: Connection) -> None:
    rain = opened(drawn, packet("r", 60, 6, at=NOW + DAY, drops=3))
    first = prove_packet(drawn, rain.packet_id)
    assert first == prove_packet(drawn, PacketId(rain.packet_id + 2))
    assert first is not None
    assert first[-1] == (True, f"the proof of all 3 drops together is {rain.proof}")


def test_a_joint_proof_hangs_on_every_proof_and_on_their_order() -> None:
    assert joint_proof(["a"]) == "a"
    assert len({joint_proof(pair) for pair in (["a", "b"], ["b", "a"], ["a", "c"])}) == 3
