"""Every text that members can see goes through the one door: when it is shut, nothing gets out."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.pipeline.commands import TAKES_WORDS
from bot.settings.settings import Settings
from bot.simulator.shapes import Message, SenderKind
from tests.scenario.town import Town, books_are_clean
from tests.scenario.town import town as open_town

PEOPLE = ("xiaolu", "tangyuan", "ayun")
"""A member, an owner, an operator."""

TALK = ("烟酰胺怎么用？", "你是谁", "早上好", "明天会下雨吗", "我是敏感肌", "帮我看看这个病怎么治")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """On one database: what goes out does not depend on which."""
    async with open_town(tmp_path) as place:
        yield place


def all_words(settings: Settings) -> Iterator[str]:
    """Every command, alone and with words behind it."""
    for name, command in settings.commands.commands.items():
        yield command.words[0]
        if name in TAKES_WORDS:
            yield f"{command.words[0]} 100 10"


def ours(town: Town) -> list[Message]:
    """Everything that the platform was given by us to show, in any chat."""
    assert town.app.simulator is not None
    rooms = town.app.simulator.building.ground.world.rooms
    people = (SenderKind.USER, SenderKind.SYSTEM)
    return [m for room in rooms.values() for m in room if m.sender.kind not in people]


def said_instead(settings: Settings) -> set[str]:
    """The words for what may not be said, which are all that is left."""
    spoken: set[str] = set()
    for persona in (settings.persona, *settings.personas.values()):
        for template in ("answer.withheld", "answer.waiting"):
            spoken |= set(persona.templates[template])
    names = [person.name for person in settings.bot.simulator.people]
    return {text.replace("{name}", name) for text in spoken for name in names}


async def live_through(town: Town) -> None:
    """Everything that makes the program speak: words, taps, people, and time."""
    settings = town.app.live.current
    for who in PEOPLE:
        for words in (*all_words(settings), *TALK):
            await town.say(who, words)
            await town.tell(who, words)
            town.clock.advance(timedelta(seconds=3))  # who is too fast is met with silence
    await town.join(user_id="youyou", name="悠悠")
    await town.pass_time(hours=30)
    await town.leave("youyou")
    await town.pass_time(days=8)


async def test_when_the_door_is_shut_nothing_gets_out(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.house.refusal_by", lambda *_, **__: "the door is shut")
    await live_through(town)

    instead = said_instead(town.app.live.current)
    shown = [message.draft.text.split("\n")[0] for message in ours(town)]
    assert shown, "those who asked are told that they will hear from a person"
    assert set(shown) <= instead
    states = await town.app.store.read("SELECT DISTINCT state FROM outbox ORDER BY state")
    assert {row["state"] for row in states} <= {"dead", "queued"}, "and nothing was sent"
    await books_are_clean(town)


async def test_when_the_door_is_open_the_same_life_makes_the_program_speak(town: Town) -> None:
    """So that the test above is about silence and not about having nothing to say."""
    await live_through(town)
    assert len(ours(town)) > 200
    withheld = town.app.metrics.registry.get_sample_value("yutang_texts_withheld_total")
    assert withheld == 0, "and the example brand says nothing that it may not"
    await books_are_clean(town)
