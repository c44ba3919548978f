"""Members 1 to 3 who send things in, the operator 4 and the group's owner 5, and what they do."""

from datetime import timedelta
from typing import Final

from bot.core.ids import EventKey, MemberId
from bot.members.submissions.lane import Verdict, Wish, apply_wishes
from bot.members.submissions.rows import find_submission, find_submissions
from bot.members.submissions.submission import (
    Agree,
    Approve,
    Attach,
    Consent,
    Decline,
    Done,
    Feature,
    Mark,
    Offer,
    Submission,
    SubmissionId,
    SubmissionKind,
    Withdraw,
)
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from tests.support.events import GROUP, NOW
from tests.support.stores import in_transaction, memory_database

ME, FRIEND, OTHER = MemberId(1), MemberId(2), MemberId(3)
OPERATOR, OWNER = MemberId(4), MemberId(5)
FIRST: Final = SubmissionId(1)
TEXT: Final = "谷雨面霜用了两周，早上起来脸不紧绷了，妆也服帖"
MINUTE = timedelta(minutes=1)
PICTURE_TIME = 10 * MINUTE

RULES = RewardsFile.model_validate(
    {
        "earning": {
            "rules": [
                {
                    "key": key,
                    "act": act,
                    "points": points,
                    "beyond_daily_cap": True,
                    "most_times": {"a_week": 2},
                }
                for key, act, points in (("sent", "submitted", 80), ("best", "featured", 200))
            ]
        }
    }
)
"""What is paid for a submission."""


def people() -> Connection:
    """A database with them in it."""
    connection = memory_database()
    connection.begin()
    for number in range(1, 6):
        connection.execute("INSERT INTO member (id, created_at) VALUES (?, 0)", (number,))
    connection.execute("INSERT INTO appointment VALUES ('', 4, 'operator')")
    connection.execute("INSERT INTO appointment VALUES (?, 5, 'owner')", (GROUP,))
    connection.commit()
    return connection


def mark(by: MemberId, key: str, after: timedelta = timedelta()) -> Mark:
    return Mark(by, NOW + after, EventKey(key))


def offer(
    key: str = "offer",
    *,
    author: MemberId = ME,
    kind: SubmissionKind = SubmissionKind.STORY,
    text: str = TEXT,
    sketch: str = "",
    most_waiting: int = 3,
    after: timedelta = timedelta(),
) -> Offer:
    return Offer(
        key=EventKey(key),
        author_id=author,
        group_key=GROUP,
        kind=kind,
        text=text,
        sketch=sketch,
        at=NOW + after,
        picture_time=PICTURE_TIME,
        most_waiting=most_waiting,
    )


def show(key: str = "offer", *, author: MemberId = ME) -> Offer:
    """A 晒单, which needs a picture."""
    return offer(key, author=author, kind=SubmissionKind.SHOW)


def attach(name: str = "a.jpg", number: int = 1) -> Attach:
    return Attach(SubmissionId(number), name, 3)


def agree(
    key: str = "agree",
    *,
    by: MemberId = ME,
    number: int | None = 1,
    consent: Consent = Consent.NAMED,
    after: timedelta = timedelta(),
) -> Agree:
    chosen = None if number is None else SubmissionId(number)
    return Agree(chosen, mark(by, key, after), consent, PICTURE_TIME)


def approve(
    key: str = "yes", *, by: MemberId = OPERATOR, number: int = 1, order: str = ""
) -> Approve:
    return Approve(SubmissionId(number), mark(by, key), order)


def decline(key: str = "no", *, by: MemberId = OPERATOR, number: int = 1) -> Decline:
    return Decline(SubmissionId(number), mark(by, key), "图太糊了")


def feature(key: str = "best", *, by: MemberId = OPERATOR, number: int = 1) -> Feature:
    return Feature(SubmissionId(number), mark(by, key))


def withdraw(key: str = "back", *, by: MemberId = ME, number: int = 1) -> Withdraw:
    return Withdraw(SubmissionId(number), mark(by, key))


def do(database: Connection, *wishes: Wish) -> list[Verdict]:
    """One batch, in one transaction."""
    return in_transaction(database, lambda: apply_wishes(database, wishes))


def done(database: Connection, *wishes: Wish) -> Submission:
    """Do ``wishes``, the last of which succeeds; how its submission stands."""
    verdict = do(database, *wishes)[-1]
    assert isinstance(verdict, Done), verdict
    return verdict.submission


def stored(database: Connection, number: int = 1) -> Submission:
    """A submission as the database has it."""
    found = find_submission(database, SubmissionId(number))
    assert found is not None, "it is there"
    return found


def all_stored(database: Connection) -> list[Submission]:
    return find_submissions(database, "s.id > 0")
