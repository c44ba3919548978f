"""A ticket is believed as it was written, in time, and by nobody else's stamp."""

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.ids import UserId
from bot.web.pages.tickets import Stamp, Ticket

SECRET = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
STAMP = Stamp(SECRET, "ww0000000000000000")
TICKET = Ticket(UserId("wmXIAOLU001"), NOW + timedelta(days=7))
WRITTEN = STAMP.write(TICKET)

people = st.text(min_size=1).map(UserId)


@given(people, st.timedeltas(timedelta(seconds=1), timedelta(days=3650)))
def test_a_ticket_is_read_as_it_was_written(user_id: UserId, life: timedelta) -> None:
    ticket = Ticket(user_id, (NOW + life).replace(microsecond=0))

    assert STAMP.read(STAMP.write(ticket), NOW) == ticket


def test_a_ticket_ends_at_its_instant() -> None:
    assert STAMP.read(WRITTEN, TICKET.until - timedelta(microseconds=1)) == TICKET
    assert STAMP.read(WRITTEN, TICKET.until) is None


@given(st.data())
def test_a_ticket_with_one_character_changed_is_refused(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(WRITTEN) - 1))
    character = data.draw(st.characters())
    assume(character != WRITTEN[place])

    assert STAMP.read(f"{WRITTEN[:place]}{character}{WRITTEN[place + 1 :]}", NOW) is None


@given(st.integers(0, len(WRITTEN) - 1), st.text())
def test_a_ticket_that_is_cut_or_prolonged_is_refused(length: int, more: str) -> None:
    assume(WRITTEN[:length] + more != WRITTEN)

    assert STAMP.read(WRITTEN[:length] + more, NOW) is None
    assert STAMP.read(WRITTEN + (more or "="), NOW) is None


@given(st.text(st.characters(categories=None)))
def test_what_is_no_ticket_is_refused(text: str) -> None:
    assert STAMP.read(text, NOW) is None


def test_a_signature_fits_no_other_person() -> None:
    other = STAMP.write(Ticket(UserId("tangyuan"), TICKET.until))
    words, _, _ = other.partition(".")
    _, _, signature = WRITTEN.partition(".")

    assert STAMP.read(f"{words}.{signature}", NOW) is None


def test_a_ticket_of_another_secret_or_another_realm_is_refused() -> None:
    for stranger in (Stamp(SECRET[::-1], "ww0000000000000000"), Stamp(SECRET, "wx0000000000acct")):
        assert STAMP.read(stranger.write(TICKET), NOW) is None
        assert stranger.read(WRITTEN, NOW) is None
