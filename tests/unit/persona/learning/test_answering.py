"""Answers: offered once, decided once, knowledge until they are retracted."""

import pytest

from bot.core.errors import StoreError
from bot.core.ids import EventKey
from bot.persona.learning.learned import LOOK_EVERY, Learned
from bot.persona.learning.questions import (
    AnsweredAlready,
    AnswerState,
    NoSuchQuestion,
    NothingWaits,
    Offer,
    OfferedAnswer,
    OtherWaiting,
    Retraction,
    Ruling,
    Skip,
)
from tests.support.brand import brand
from tests.support.events import NOW, SECOND
from tests.support.stores import execute

from .support import AQING, AYUN, BOTTLE, BOTTLE_TOO, PARCEL, XIAOLU, School


def offer(number: int, key: str = "offer", *, adopts: bool = False) -> Offer:
    return Offer(EventKey(key), number, XIAOLU, "半年内用完", NOW, adopts=adopts)


def ruling(answer: OfferedAnswer, key: str = "ruling", *, adopts: bool = True) -> Ruling:
    return Ruling(EventKey(key), answer.answer_id, AYUN, NOW, adopts=adopts, reason="太短")


async def test_an_offered_answer_waits_with_the_other_ways_of_asking(school: School) -> None:
    number = await school.ask(BOTTLE)
    await school.ask(BOTTLE_TOO, AQING)
    offered = await school.done(offer(number))
    assert offered.state is AnswerState.WAITING
    assert (offered.question, offered.ways) == (BOTTLE, (BOTTLE_TOO,))
    assert await school.learning.read_waiting() == (offered,)
    assert await school.listed() == [], "it is not listed while it waits"


async def test_a_question_takes_one_answer_at_a_time(school: School) -> None:
    number = await school.ask(BOTTLE)
    assert await school.do(offer(99)) == NoSuchQuestion()
    offered = await school.done(offer(number))
    assert await school.do(offer(number, "other")) == OtherWaiting()
    await school.done(ruling(offered))
    assert await school.do(offer(number, "other")) == AnsweredAlready()


async def test_adopting_is_done_once_and_found_again_by_its_event(school: School) -> None:
    offered = await school.done(offer(await school.ask(BOTTLE)))
    adopted = await school.done(ruling(offered))
    assert adopted.state is AnswerState.ADOPTED
    assert await school.done(ruling(offered)) == adopted
    assert await school.learning.read_decided(EventKey("ruling")) == adopted
    assert await school.do(ruling(offered, "second")) == NothingWaits()


async def test_what_is_declined_leaves_the_question_open(school: School) -> None:
    number = await school.ask(BOTTLE)
    offered = await school.done(offer(number))
    declined = await school.done(ruling(offered, adopts=False))
    assert declined.state is AnswerState.DECLINED
    assert await school.listed() == [(BOTTLE, 1, 1)]
    assert (await school.done(offer(number, "better"))).answer_id != offered.answer_id


async def test_an_operators_own_answer_is_adopted_with_the_same_step(school: School) -> None:
    number = await school.ask(BOTTLE)
    given = await school.done(offer(number, adopts=True))
    assert given.state is AnswerState.ADOPTED
    assert await school.done(offer(number, adopts=True)) == given, "the same event again"


async def test_a_skipped_question_is_not_listed_even_when_it_is_asked_again(
    school: School,
) -> None:
    number = await school.ask(BOTTLE)
    await school.do(Skip(EventKey("skip"), number))
    assert await school.ask(BOTTLE_TOO, AQING) == number
    assert await school.listed() == []
    assert await school.do(Skip(EventKey("skip"), 99)) == NoSuchQuestion()


async def test_what_was_learned_is_known_until_it_is_retracted(school: School) -> None:
    learned = Learned(school.store)
    settings = brand()
    assert await learned.entries(settings, NOW) == ()
    number = await school.ask(BOTTLE)
    await school.done(ruling(await school.done(offer(number))))
    assert await learned.entries(settings, NOW + SECOND) == (), "it looks every few seconds"
    (entry,) = await learned.entries(settings, NOW + LOOK_EVERY)
    assert (entry.key, entry.question, entry.answer) == (
        f"learned-{number}",
        BOTTLE,
        "半年内用完",
    )
    retraction = Retraction(EventKey("back"), number, AYUN, NOW)
    assert (await school.done(retraction)).state is AnswerState.RETRACTED
    assert (await school.done(retraction)).state is AnswerState.RETRACTED
    learned.look_again()
    assert await learned.entries(settings, NOW + LOOK_EVERY) == (), "at once where it was done"
    assert await school.do(Retraction(EventKey("more"), number, AYUN, NOW)) == NothingWaits()
    assert await school.listed() == [(BOTTLE, 1, 1)]


async def test_the_entries_are_the_same_tuple_until_something_changes(school: School) -> None:
    learned = Learned(school.store)
    await school.done(offer(await school.ask(BOTTLE), adopts=True))
    first = await learned.entries(brand(), NOW)
    version = learned.version
    assert await learned.entries(brand(), NOW + LOOK_EVERY) is first
    assert learned.version == version
    await school.done(offer(await school.ask(PARCEL), "other", adopts=True))
    second = await learned.entries(brand(), NOW + 2 * LOOK_EVERY)
    assert [entry.question for entry in second] == [BOTTLE, PARCEL]
    assert learned.version == version + 1


async def test_a_question_with_a_word_that_we_may_not_say_is_shown_without_it(
    school: School,
) -> None:
    await school.done(offer(await school.ask("这个能根治闭口吗"), adopts=True))
    (entry,) = await Learned(school.store).entries(brand(), NOW)
    assert entry.question == "这个能＊闭口吗"
    assert entry.also == ("这个能根治闭口吗",), "it is still found by it"


async def test_nobody_changes_what_an_answer_says(school: School) -> None:
    await school.done(offer(await school.ask(BOTTLE)))
    for statement in ("UPDATE learned SET answer = 'x'", "DELETE FROM learned"):
        with pytest.raises(StoreError):
            await execute(school.store, statement)
