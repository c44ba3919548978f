"""Answers to open questions where they are kept: offered, adopted or declined, retracted.

Every act is one event's and is found again by its key, so handling it twice does it once.
"""

import json
from collections.abc import Sequence
from typing import Final, assert_never

from bot.core.ids import MemberId
from bot.persona.learning.likeness import likeness
from bot.persona.learning.questions import (
    AnsweredAlready,
    AnswerState,
    Deed,
    DeedResult,
    Done,
    NoSuchQuestion,
    NothingWaits,
    Offer,
    OfferedAnswer,
    OtherWaiting,
    QuestionState,
    Retraction,
    Ruling,
    Skip,
)
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, to_micros

MOST_WAYS: Final = 8
"""Other askings that an answer is learned for."""

READ_ANSWERS: Final = (
    "SELECT l.id, l.question_id, q.text AS question, l.ways, l.answer, l.author_id, l.state,"
    " l.offered_at FROM learned AS l JOIN open_question AS q ON q.id = l.question_id"
)


def apply_acts(connection: Connection, acts: Sequence[Deed]) -> list[DeedResult]:
    """What became of each act, in order; acts are rare, so they are taken one by one."""
    return [_apply(connection, act) for act in acts]


def answer_of(row: Row) -> OfferedAnswer:
    """A row of READ_ANSWERS."""
    return OfferedAnswer(
        answer_id=row["id"],
        number=row["question_id"],
        question=row["question"],
        ways=tuple(json.loads(row["ways"])),
        answer=row["answer"],
        author_id=MemberId(row["author_id"]),
        state=AnswerState(row["state"]),
        offered_at=from_micros(row["offered_at"]),
    )


def _apply(connection: Connection, act: Deed) -> DeedResult:
    match act:
        case Offer():
            return _offer(connection, act)
        case Ruling():
            return _rule(connection, act)
        case Skip():
            return _skip(connection, act)
        case Retraction():
            return _retract(connection, act)
        case _:
            assert_never(act)


def _offer(connection: Connection, offer: Offer) -> DeedResult:
    repeat = _find(connection, "l.event_key = ?", offer.key)
    if repeat is not None:
        return Done(repeat, fresh=False)
    if _state(connection, offer.number) is None:
        return NoSuchQuestion()
    live = _live(connection, offer.number)
    if live is not None:
        return AnsweredAlready() if live.state is AnswerState.ADOPTED else OtherWaiting()
    row = connection.execute(
        "INSERT INTO learned (question_id, event_key, author_id, answer, ways, state, offered_at,"
        " reason) VALUES (?, ?, ?, ?, ?, 'waiting', ?, '') RETURNING id",
        (
            offer.number,
            offer.key,
            offer.author_id,
            offer.answer,
            json.dumps(_ways(connection, offer.number), ensure_ascii=False),
            to_micros(offer.at),
        ),
    ).fetchone()
    if offer.adopts:
        ruling = Ruling(offer.key, row["id"], offer.author_id, offer.at, adopts=True)
        _decide(connection, ruling, offer.number)
    return Done(_find(connection, "l.id = ?", row["id"]))


def _rule(connection: Connection, ruling: Ruling) -> DeedResult:
    repeat = _find(connection, "l.decided_key = ?", ruling.key)
    if repeat is not None:
        return Done(repeat, fresh=False)
    waiting = _find(connection, "l.state = 'waiting' AND l.id = ?", ruling.answer_id)
    if waiting is None:
        return NothingWaits()
    _decide(connection, ruling, waiting.number)
    return Done(_find(connection, "l.id = ?", ruling.answer_id))


def _skip(connection: Connection, skip: Skip) -> DeedResult:
    if _state(connection, skip.number) is None:
        return NoSuchQuestion()
    live = _live(connection, skip.number)
    if live is not None:
        return AnsweredAlready() if live.state is AnswerState.ADOPTED else OtherWaiting()
    _set_state(connection, skip.number, QuestionState.SKIPPED)
    return Done()


def _retract(connection: Connection, act: Retraction) -> DeedResult:
    repeat = _find(connection, "l.retracted_key = ?", act.key)
    if repeat is not None:
        return Done(repeat, fresh=False)
    adopted = _find(connection, "l.state = 'adopted' AND l.question_id = ?", act.number)
    if adopted is None:
        return NothingWaits()
    connection.execute(
        "UPDATE learned SET state = 'retracted', retracted_at = ?, retracted_by = ?,"
        " retracted_key = ? WHERE id = ?",
        (to_micros(act.at), act.operator_id, act.key, adopted.answer_id),
    )
    _set_state(connection, act.number, QuestionState.OPEN)
    return Done(_find(connection, "l.id = ?", adopted.answer_id))


def _decide(connection: Connection, ruling: Ruling, number: int) -> None:
    connection.execute(
        "UPDATE learned SET state = ?, decided_at = ?, decided_by = ?, decided_key = ?, reason = ?"
        " WHERE id = ?",
        (
            AnswerState.ADOPTED if ruling.adopts else AnswerState.DECLINED,
            to_micros(ruling.at),
            ruling.operator_id,
            ruling.key,
            ruling.reason,
            ruling.answer_id,
        ),
    )
    _set_state(connection, number, QuestionState.ANSWERED if ruling.adopts else QuestionState.OPEN)


def _set_state(connection: Connection, number: int, state: QuestionState) -> None:
    connection.execute("UPDATE open_question SET state = ? WHERE id = ?", (state, number))


def _state(connection: Connection, number: int) -> QuestionState | None:
    row = connection.execute("SELECT state FROM open_question WHERE id = ?", (number,)).fetchone()
    return None if row is None else QuestionState(row["state"])


def _live(connection: Connection, number: int) -> OfferedAnswer | None:
    """The answer of a question that waits or counts."""
    return _find(connection, "l.state IN ('waiting', 'adopted') AND l.question_id = ?", number)


def _find(connection: Connection, where: str, value: str | int) -> OfferedAnswer | None:
    row = connection.execute(f"{READ_ANSWERS} WHERE {where}", (value,)).fetchone()
    return None if row is None else answer_of(row)


def _ways(connection: Connection, number: int) -> list[str]:
    """The other askings of a question, those most like it first."""
    question = connection.execute(
        "SELECT text FROM open_question WHERE id = ?", (number,)
    ).fetchone()["text"]
    rows = connection.execute(
        "SELECT DISTINCT text FROM question_asked WHERE question_id = ? AND text <> ?",
        (number, question),
    ).fetchall()
    ways = sorted(
        (str(row["text"]) for row in rows), key=lambda way: (-likeness(way, question), way)
    )
    return ways[:MOST_WAYS]
