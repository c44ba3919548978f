"""Operators edit files while the program runs: good changes are taken, bad ones are told."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenario.town import Town, until
from tests.scenario.town import town as open_town
from tests.support.settings import CONFIG, example_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


@pytest.fixture
async def town(tmp_path: Path, config: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path / "data", example_settings(config)) as place:
        yield place


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


async def test_a_good_change_is_taken_while_running(town: Town, config: Path) -> None:
    edit(config / "rewards.yaml", "points: 10 ", "points: 25 ")

    async def taken() -> bool:
        return town.app.live.current.rewards.checkin.points == 25

    await until(taken)
    await town.say("xiaolu", "签到")
    assert await town.balance("xiaolu") == 25


async def test_a_bad_change_leaves_the_old_settings_and_is_told_to_the_operators(
    town: Town, config: Path
) -> None:
    edit(config / "rewards.yaml", "points: 10 ", "points: ten ")

    async def told() -> bool:
        await town.settle()
        return any("rewards.yaml" in note for note in await town.notes_to("ayun"))

    await until(told)
    assert town.app.live.current.rewards.checkin.points == 10
    await town.say("xiaolu", "签到")
    assert await town.balance("xiaolu") == 10
    async with town.http.get(f"{town.app.address}/healthz") as response:
        assert "1 to mend" in (await response.json())["configuration"]
    edit(config / "rewards.yaml", "points: ten ", "points: 10 ")

    async def mended() -> bool:
        async with town.http.get(f"{town.app.address}/healthz") as response:
            return bool((await response.json())["configuration"] == "in force")

    await until(mended)


async def test_a_new_owner_may_command_as_soon_as_the_file_says_so(
    town: Town, config: Path
) -> None:
    assert "群主" in await town.say("xiaolu", "排期")
    edit(config / "bot.yaml", "owners: [tangyuan]", "owners: [tangyuan, xiaolu]")

    async def taken() -> bool:
        return "xiaolu" in town.app.live.current.bot.groups[0].owners

    await until(taken)
    await town.settle()
    assert "08:30" in await town.say("xiaolu", "排期")


async def test_whom_the_file_blocks_the_bot_does_not_answer_until_it_is_taken_back(
    town: Town, config: Path
) -> None:
    blocked = "operators: [ayun]\nblocked: [momo]"
    edit(config / "bot.yaml", "operators: [ayun]", blocked)

    async def taken() -> bool:
        return "momo" in town.app.live.current.bot.blocked

    await until(taken)
    await town.settle()
    assert await town.say("momo", "签到") == ""
    edit(config / "bot.yaml", blocked, "operators: [ayun]")

    async def taken_back() -> bool:
        return not town.app.live.current.bot.blocked

    await until(taken_back)
    await town.settle()
    assert await town.balance("momo") == 0
