"""The base in force: built once for each configuration, and anew when something is learned."""

from dataclasses import replace

from bot.persona.knowledge.shelf import Shelf
from tests.support.brand import brand

from .support import best_key, entry


async def test_a_base_is_built_once_for_each_configuration() -> None:
    library, settings = Shelf(), brand()
    first = await library.base(settings)

    assert await library.base(settings) is first
    assert await library.base(replace(settings, knowledge=settings.knowledge[:3])) is not first


async def test_what_was_learned_is_found_beside_the_files() -> None:
    library, settings = Shelf(), brand()
    learned = (entry("learned-1", "门店几点开门"),)
    before = await library.base(settings)
    after = await library.base(settings, learned)

    assert best_key(before, "门店几点开门") != "learned-1"
    assert best_key(after, "门店几点开门") == "learned-1"
    assert best_key(after, "怎么签到") == "how-checkin"
    assert await library.base(settings, learned) is after


async def test_a_file_goes_before_what_was_learned_under_the_same_key() -> None:
    settings = brand()
    base = await Shelf().base(settings, (entry("how-checkin", "门店几点开门"),))

    assert len(base.entries) == len(settings.knowledge)
    assert best_key(base, "怎么签到") == "how-checkin"
