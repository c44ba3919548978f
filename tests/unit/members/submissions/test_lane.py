"""What members send in is used with their word alone, decided once, and gone when they want it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.core.ids import ChannelKey
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.members.submissions.lane import (
    Lapse,
    Like,
    Liked,
    Remind,
    WithdrawAll,
    Withdrawn,
)
from bot.members.submissions.submission import (
    Consent,
    Done,
    NoSuch,
    NotNow,
    OrderShown,
    OwnWork,
    PictureWanted,
    State,
    SubmissionId,
    TooMany,
    WhichOne,
)
from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.support.engines import REFUSED
from tests.support.events import NOW

from .support import (
    FIRST,
    FRIEND,
    ME,
    MINUTE,
    OPERATOR,
    OTHER,
    OWNER,
    PICTURE_TIME,
    TEXT,
    agree,
    approve,
    attach,
    decline,
    do,
    done,
    feature,
    mark,
    offer,
    people,
    show,
    stored,
    withdraw,
)

LETTER = Outgoing("letter", ChannelKey("app"), Target(TargetKind.PERSON, "xiaolu"), Text("信"))


@pytest.fixture
def database(engine: Dialect) -> Iterator[Connection]:
    del engine
    connection = people()
    yield connection
    connection.close()


def letters(database: Connection) -> int:
    return int(database.execute("SELECT count(*) FROM outbox").fetchone()[0])


# ---- sending in


def test_what_was_sent_in_waits_for_its_authors_word(database: Connection) -> None:
    one = done(database, offer())
    assert (one.number, one.state, one.consent, one.text) == (FIRST, State.ASKED, None, TEXT)
    assert stored(database) == one


def test_the_same_message_twice_is_sent_in_once(database: Connection) -> None:
    first, second = do(database, offer(), offer())
    assert isinstance(second, Done)
    assert first == Done(second.submission)
    assert not second.fresh


def test_only_so_many_of_one_member_wait_at_a_time(database: Connection) -> None:
    do(database, offer("a", most_waiting=2), offer("b", most_waiting=2))
    assert do(database, offer("c", most_waiting=2)) == [TooMany()]
    assert isinstance(do(database, offer("d", author=FRIEND, most_waiting=2))[0], Done)
    do(database, withdraw(number=1))
    assert isinstance(do(database, offer("c", most_waiting=2))[0], Done)


# ---- pictures


def test_a_picture_is_added_once_and_no_more_than_are_kept(database: Connection) -> None:
    do(database, show(), attach("a.jpg"), attach("b.jpg"), attach("a.jpg"))
    assert stored(database).pictures == ("a.jpg", "b.jpg")
    do(database, attach("c.jpg"))
    assert isinstance(do(database, attach("d.jpg"))[0], NotNow)
    assert stored(database).pictures == ("a.jpg", "b.jpg", "c.jpg")


def test_what_is_taken_in_gets_no_other_pictures(database: Connection) -> None:
    do(database, show(), attach(), agree(), approve())
    assert isinstance(do(database, attach("b.jpg"))[0], NotNow)
    assert stored(database).pictures == ("a.jpg",)


def test_a_picture_post_without_a_picture_is_not_agreed_to_but_gets_time_for_one(
    database: Connection,
) -> None:
    do(database, show())
    (wanted,) = do(database, agree(after=60 * MINUTE))
    assert isinstance(wanted, PictureWanted)
    one = stored(database)
    assert (one.state, one.picture_until) == (State.ASKED, NOW + 60 * MINUTE + PICTURE_TIME)
    assert done(database, attach(), agree("again")).state is State.WAITING


# ---- consent


def test_nobody_else_agrees_to_its_use(database: Connection) -> None:
    do(database, offer())
    assert do(database, agree(by=OPERATOR), agree(by=FRIEND)) == [NoSuch(), NoSuch()]
    assert stored(database).consent is None


def test_without_a_number_the_only_one_is_meant(database: Connection) -> None:
    do(database, offer())
    first, again = do(database, agree(number=None), agree(number=None))
    assert isinstance(first, Done)
    assert isinstance(again, Done), "the same event finds what it has done"
    assert (first.fresh, again.fresh, again.submission) == (True, False, first.submission)
    assert do(database, agree("other", number=None)) == [NoSuch()]


def test_without_a_number_none_of_several_is_agreed_to(database: Connection) -> None:
    do(database, offer("a"), offer("b"))
    assert do(database, agree(number=None)) == [WhichOne((FIRST, SubmissionId(2)))]
    assert stored(database).state is stored(database, 2).state is State.ASKED


def test_an_author_may_take_his_name_back_later(database: Connection) -> None:
    do(database, offer(), agree(), approve())
    one = done(database, agree("later", consent=Consent.ANONYMOUS))
    assert (one.state, one.consent) == (State.APPROVED, Consent.ANONYMOUS)


def test_without_a_word_in_time_it_is_dropped_and_its_author_told_once(
    database: Connection,
) -> None:
    do(database, show(), attach())
    lapse = Lapse(FIRST, (LETTER,), NOW + timedelta(hours=72))
    assert isinstance(do(database, lapse)[0], Done)
    one = stored(database)
    assert (one.state, one.text, one.pictures) == (State.DROPPED, "", ())
    assert isinstance(do(database, lapse)[0], NotNow)
    assert letters(database) == 1
    assert do(database, agree("late")) == [NoSuch()]


def test_what_was_agreed_to_meanwhile_is_not_dropped(database: Connection) -> None:
    do(database, offer(), agree())
    assert isinstance(do(database, Lapse(FIRST, (LETTER,), NOW))[0], NotNow)
    assert (stored(database).state, letters(database)) == (State.WAITING, 0)


# ---- reviews


def test_what_nobody_agreed_to_does_not_exist_for_reviewers(database: Connection) -> None:
    do(database, offer())
    assert do(database, approve(), decline(), feature()) == [NoSuch()] * 3
    assert stored(database).state is State.ASKED


def test_nobody_reviews_his_own(database: Connection) -> None:
    do(database, offer(author=OPERATOR), agree(by=OPERATOR))
    assert do(database, approve(), decline()) == [OwnWork(), OwnWork()]
    assert done(database, approve(by=OWNER)).state is State.APPROVED
    assert do(database, feature()) == [OwnWork()]


def test_members_and_owners_of_other_groups_decide_nothing(database: Connection) -> None:
    database.execute("UPDATE appointment SET group_key = 'elsewhere' WHERE member_id = 5")
    do(database, offer(), agree())
    assert do(database, approve(by=OTHER), approve(by=OWNER)) == [NoSuch(), NoSuch()]


def test_a_decision_is_made_once(database: Connection) -> None:
    do(database, offer(), agree())
    first, again, other = do(database, approve(), approve(), approve("another", by=OWNER))
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert (first.fresh, again.fresh) == (True, False)
    assert isinstance(other, NotNow)
    assert isinstance(do(database, decline())[0], NotNow)
    assert stored(database).decided == mark(OPERATOR, "yes")


def test_what_is_declined_keeps_the_reason_and_nothing_else(database: Connection) -> None:
    one = done(database, show(), attach(), agree(), decline())
    assert (one.state, one.reason, one.text, one.pictures) == (State.DECLINED, "图太糊了", "", ())
    again = do(database, decline())[0]
    assert again == Done(one, fresh=False)


def test_an_order_is_shown_once(database: Connection) -> None:
    do(database, offer("a"), agree("x", number=1), approve("y", order="d1"))
    do(database, offer("b", author=FRIEND), agree("z", by=FRIEND, number=2))
    assert do(database, approve("w", number=2, order="d1")) == [OrderShown(FIRST)]
    assert stored(database, 2).state is State.WAITING
    assert done(database, approve("w", number=2, order="d2")).order == "d2"


def test_one_of_the_library_is_chosen_once(database: Connection) -> None:
    do(database, offer(), agree())
    assert isinstance(do(database, feature())[0], NotNow), "not taken in yet"
    do(database, approve())
    first, again, other = do(database, feature(), feature(), feature("another", by=OWNER))
    assert isinstance(first, Done)
    assert again == Done(first.submission, fresh=False)
    assert isinstance(other, NotNow)


# ---- withdrawing


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_what_is_withdrawn_is_over_however_far_it_was(database: Connection, steps: int) -> None:
    do(database, show(), attach(), *(agree(), approve(), feature())[:steps])
    one = done(database, withdraw())
    assert (one.state, one.text, one.pictures) == (State.WITHDRAWN, "", ())
    assert stored(database) == one
    assert do(database, withdraw()) == [Done(one, fresh=False)]
    assert do(database, agree("late")) == [NoSuch()]
    assert isinstance(do(database, approve("late"))[0], NotNow)
    assert isinstance(do(database, attach("late.jpg"))[0], NotNow)


def test_staff_may_withdraw_for_a_member_and_others_may_not(database: Connection) -> None:
    do(database, offer())
    assert do(database, withdraw(by=FRIEND)) == [NoSuch()]
    assert done(database, withdraw(by=OWNER)).state is State.WITHDRAWN


def test_everything_of_a_member_is_withdrawn_at_once_and_nothing_of_others(
    database: Connection,
) -> None:
    do(database, offer("a"), offer("b"), offer("c", author=FRIEND), agree(number=2))
    everything = WithdrawAll(mark(ME, "all"))
    assert do(database, everything) == [Withdrawn((FIRST, SubmissionId(2)))]
    assert do(database, everything) == [Withdrawn((FIRST, SubmissionId(2)))], "once more, the same"
    assert stored(database, 3).state is State.ASKED


def test_what_tells_a_paid_text_from_others_outlives_its_withdrawal(database: Connection) -> None:
    do(database, offer("a", sketch="aa"), agree("x", number=1), approve("y"), withdraw("z"))
    do(database, offer("b", sketch="bb"), withdraw("w", number=2))
    assert [stored(database, number).sketch for number in (1, 2)] == ["aa", ""]


# ---- likes and reminders


def test_a_member_likes_once_what_others_sent_in_and_is_in_the_library(
    database: Connection,
) -> None:
    do(database, offer(), agree())
    assert do(database, Like(FIRST, FRIEND, NOW)) == [Liked.NO_SUCH]
    do(database, approve())
    like = Like(FIRST, FRIEND, NOW)
    assert do(database, like, like, Like(FIRST, ME, NOW)) == [Liked.LIKED, Liked.LIKED, Liked.OWN]
    count = "SELECT count(*) FROM submission_like"
    assert database.execute(count).fetchone()[0] == 1
    do(database, withdraw())
    assert database.execute(count).fetchone()[0] == 0
    assert do(database, Like(FIRST, OTHER, NOW)) == [Liked.NO_SUCH]


def test_the_operators_are_reminded_once_of_what_still_waits(database: Connection) -> None:
    do(database, offer("a"), offer("b"), agree("x", number=1), agree("y", number=2))
    remind = Remind((FIRST, SubmissionId(2)), (LETTER,), NOW)
    do(database, approve())
    assert do(database, remind) == [NoSuch()], "one was decided meanwhile: look again"
    assert (letters(database), stored(database, 2).reminded_at) == (0, None)
    later = Remind((SubmissionId(2),), (LETTER,), NOW)
    assert isinstance(do(database, later)[0], Done)
    assert do(database, later) == [NoSuch()]
    assert (letters(database), stored(database, 2).reminded_at) == (1, NOW)


# ---- the database


@pytest.mark.parametrize(
    "change",
    [
        "state = 'approved'",
        "state = 'waiting'",
        "consent = 'named'",
        "text = ''",
        "author_id = 2",
        "kind = 'show'",
        "decided_by = 1, decided_at = 0, decided_key = 'own'",
    ],
)
def test_the_database_refuses_what_must_not_be(database: Connection, change: str) -> None:
    do(database, offer())
    with pytest.raises(REFUSED):
        database.execute(f"UPDATE submission SET {change} WHERE id = 1")


def test_a_submission_is_never_deleted(database: Connection) -> None:
    do(database, offer())
    with pytest.raises(REFUSED):
        database.execute("DELETE FROM submission")
