"""The commands of choices, what follows from them at once, and who may write to whom unasked."""

import ast
from dataclasses import replace

import pytest

from bot.core.events import EventKind, Place
from bot.core.messages import Text
from bot.handlers.choices import REMINDER_PAUSE, ChoiceHandlers
from bot.handlers.friends import FriendHandlers
from bot.handlers.letters import Letters
from bot.members.ties import Ties
from bot.pipeline.guards import FLOOD_MESSAGES
from bot.store.db import Store
from tests.architecture.source import modules_of
from tests.support.brand import brand
from tests.support.events import APP, ROBOT, make_event
from tests.support.pipeline import Pipeline, texts_of
from tests.support.senders import capabilities

WAYS = [
    ("关闭个性化", "choices.impersonal", "开启个性化", "choices.personal"),
    ("退订", "choices.unsubscribed", "订阅", "choices.subscribed"),
    ("退出", "choices.stepped_out", "回来", "choices.back"),
]


def town(store: Store) -> Pipeline:
    """A pipeline with the choices; all else that is said is noted by ``seen``."""
    place = Pipeline(store, tables={ROBOT: capabilities(), APP: capabilities()})
    handlers = ChoiceHandlers(place.voice, place.choices)
    friends = FriendHandlers(place.voice, Ties(store))
    place.routes = (*handlers.routes(), *friends.routes(), *place.routes)
    place.dispatcher._routes = place.routes
    return place


async def answer(place: Pipeline, typed: str, user: str = "xiaolu") -> str:
    message = await place.ask(make_event(typed, user=user, at=place.clock.now()))
    return message.text if isinstance(message, Text) else ""


def says(place: Pipeline, said: str, template: str) -> bool:
    """Whether ``said`` is what ``template`` says to 小鹿, whatever way on it names."""
    return any(
        said.startswith(text.split("“")[0])
        for text in texts_of(place, template, name="xiaolu", back="", human="")
    )


@pytest.mark.parametrize(("typed", "done", "back", "undone"), WAYS)
async def test_a_choice_is_made_and_taken_back_by_one_word_each(
    store: Store, typed: str, done: str, back: str, undone: str
) -> None:
    place = town(store)
    first = await answer(place, typed)
    assert says(place, first, done), first
    assert f"“{back}”" in first, "the way back"
    assert says(place, await answer(place, typed), f"{done}_already")
    assert says(place, await answer(place, back), undone)
    assert says(place, await answer(place, back), f"{undone}_already")


async def test_it_holds_for_words_that_were_on_their_way_already(store: Store) -> None:
    place = town(store)
    gone = make_event("退出")
    talk = make_event("你好")
    accepted = [await place.worker.receive(event) for event in (gone, talk)]
    await place.worker.idle()
    assert all(item.standing.choices == frozenset() for item in accepted)
    assert place.seen.texts == []


async def test_who_left_is_reminded_once_an_hour_and_otherwise_left_alone(store: Store) -> None:
    place = town(store)
    await answer(place, "闭嘴")
    assert await answer(place, "你好") != ""
    assert await answer(place, "你好") == ""
    place.clock.advance(REMINDER_PAUSE)
    assert await answer(place, "你好") != ""
    assert await answer(place, "你好", user="aqing") == ""
    assert place.seen.texts == ["你好"], "only the other one's"


async def test_pictures_of_who_left_are_no_small_talk_either(store: Store) -> None:
    place = town(store)
    await answer(place, "退出")
    await place.bring(make_event(kind=EventKind.MEDIA))
    assert place.seen.contexts == []


async def test_whoever_types_fast_in_anger_is_heard(store: Store) -> None:
    place = town(store)
    for _ in range(FLOOD_MESSAGES + 3):
        await answer(place, "烦不烦")
    assert says(place, await answer(place, "退订"), "choices.unsubscribed")


async def test_no_name_is_called_of_who_left(store: Store) -> None:
    place = town(store)
    late = capabilities(answers_in_request=False, answers_later=False)
    place.worker._capabilities = {ROBOT: late, APP: late}
    for typed in ("退出", "退订"):
        await place.bring(make_event(typed))
    first, second = await place.outbox()
    assert isinstance(first.message, Text)
    assert isinstance(second.message, Text)
    assert (first.message.mentions, second.message.mentions) == (("xiaolu",), ())


async def test_a_friend_who_unsubscribed_is_not_greeted(store: Store) -> None:
    place = town(store)
    await answer(place, "退订")
    for user, greeted in (("xiaolu", False), ("aqing", True)):
        event = make_event(user=user, kind=EventKind.BEFRIENDED, place=Place.PRIVATE)
        message = await place.ask(replace(event, employee="tangyuan"))
        assert (message is not None) is greeted, user


# ---- who is written to unasked


@pytest.mark.parametrize(
    ("typed", "written"), [("退订", False), ("退出", False), ("关闭个性化", True), ("积分", True)]
)
async def test_promotions_go_only_to_who_wants_them(
    store: Store, typed: str, written: bool
) -> None:
    place = town(store)
    await place.join("xiaolu")
    await answer(place, typed)
    letters = Letters(place.roster, place.choices, place.live)
    (row,) = await store.read("SELECT id FROM member")

    letter = await letters.promote(row["id"], "k", Text("快来看看"))

    assert (letter is not None) is written


ASKED_OR_OWED = {
    "bot/handlers/letters.py": "the roads themselves",
    "bot/handlers/speech.py": "an answer, in private",
    "bot/handlers/purchases.py": "an answer, in private",
    "bot/handlers/ticket_words.py": "an answer to a call",
    "bot/handlers/tickets/calling.py": "the platform's people, whom he called",
    "bot/handlers/tasks.py": "employees, about what they have to send",
    "bot/pipeline/roads.py": "an answer that missed its request",
    "bot/pipeline/rhythm.py": "asks how a message goes",
    "bot/handlers/outlets.py": "an answer to an owner, in private",
    "bot/handlers/planning.py": "an answer to whoever commands the plan, in private",
    "bot/handlers/submissions/desk.py": "an answer to a reviewer, in private",
    "bot/schedules/telling.py": "owners, and who must approve, about posts",
    "bot/schedules/sop/decide.py": "a step of sop.yaml, to who wants promotions",
}
"""Where somebody is written to in private, and why nobody can be disturbed by it."""

OWED = {
    "bot/handlers/campaigns/clock.py": "the seat that he waited for",
    "bot/handlers/letters.py": "to who wants promotions",
    "bot/handlers/learning_job.py": "the answer to a question that he asked",
    "bot/handlers/learning_news.py": "what became of an answer that he offered",
    "bot/handlers/invite.py": "what became of points that he was promised",
    "bot/handlers/payout_news.py": "his money",
    "bot/handlers/purchases.py": "what he bought or won",
    "bot/handlers/submissions/desk.py": "what became of what he sent in",
    "bot/handlers/submissions/job.py": "what becomes of what he sent in",
    "bot/handlers/ticket_words.py": "what he asked a person",
}
"""Where what is owed to a member is written, and what it is."""

PROMOTIONS = {"bot/handlers/books.py": "points that he should spend"}

SPEAKING = modules_of("bot/handlers", "bot/pipeline", "bot/schedules", "bot/growth", "bot/rewards")


def users_of(name: str) -> set[str]:
    """The modules that use a function or an attribute of this name."""
    return {
        module.name
        for module in SPEAKING
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and node.attr == name)
        or (isinstance(node, ast.Name) and node.id == name)
    }


def test_every_private_message_is_asked_for_owed_or_asks_the_member_s_choice() -> None:
    direct = users_of("private_place") | {
        module.name
        for module in SPEAKING
        if "TargetKind.PERSON" in {ast.unparse(node) for node in ast.walk(module.tree)}
    }
    assert direct == set(ASKED_OR_OWED)
    assert users_of("owed_letter") == set(OWED)
    assert users_of("promote") == set(PROMOTIONS)


@pytest.mark.parametrize("choice", ["impersonal", "unsubscribed", "stepped_out"])
@pytest.mark.parametrize("pleading", ["？", "确定", "再想想", "舍不得", "考虑"])
def test_nobody_is_begged_to_stay(choice: str, pleading: str) -> None:
    assert not [t for t in brand().persona.templates[f"choices.{choice}"] if pleading in t]
