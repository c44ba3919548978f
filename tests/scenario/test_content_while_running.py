"""An operator adds a post while the program runs: the plan shows it, and a slip changes nothing."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenario.town import Town, until
from tests.scenario.town import town as open_town
from tests.support.settings import CONFIG, example_settings

TITLE = "试样本开封日"

POST = f"""\
---
title: {TITLE}
pillar: brand
kind: activity
node: sample_day
---

今天把去年的试样本翻开来看。铅笔字有点淡了，圈还在。
你手边有没有一本舍不得扔的本子？
"""

DAY = "node_days:\n  - {key: sample_day, name: 试样日, month: 11, day: 24}\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


@pytest.fixture
async def town(tmp_path: Path, config: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path / "data", example_settings(config)) as place:
        yield place


async def knows(town: Town, title: str) -> bool:
    """Whether the running program has taken an item with this title."""
    return any(item.front.title == title for item in town.app.live.current.content)


async def add_a_brand_day_and_its_post(town: Town, config: Path) -> None:
    """Tomorrow is a day of the brand, and a file is made for it."""
    calendar = config / "calendar.yaml"
    text = calendar.read_text(encoding="utf-8")
    calendar.write_text(text.replace("node_days:\n", DAY, 1), encoding="utf-8")
    (config / "content" / "act-sample-day.md").write_text(POST, encoding="utf-8")
    await until(lambda: knows(town, TITLE))


async def test_a_new_file_is_in_the_plan_as_soon_as_it_is_saved(town: Town, config: Path) -> None:
    assert TITLE not in await town.say("tangyuan", "排期")

    await add_a_brand_day_and_its_post(town, config)

    assert TITLE in await town.say("tangyuan", "排期")


async def test_a_slip_leaves_the_last_good_post_in_the_plan_and_the_operators_are_told(
    town: Town, config: Path
) -> None:
    await add_a_brand_day_and_its_post(town, config)
    file = config / "content" / "act-sample-day.md"
    file.write_text(POST.replace("kind: activity", "kind: activty"), encoding="utf-8")

    async def told() -> bool:
        await town.settle()
        return any("act-sample-day.md:4:7" in note for note in await town.notes_to("ayun"))

    await until(told)
    assert TITLE in await town.say("tangyuan", "排期")

    file.write_text(POST.replace(TITLE, "试样本再开一次"), encoding="utf-8")
    await until(lambda: knows(town, "试样本再开一次"))
    assert "试样本再开一次" in await town.say("tangyuan", "排期")


async def test_a_table_beside_a_template_is_followed_too(town: Town, config: Path) -> None:
    templates = config / "content" / "templates"
    templates.mkdir(exist_ok=True)
    head = POST.partition("\n\n")[0].replace(TITLE, '"{title}"\nrows: days.csv')
    await add_a_brand_day_and_its_post(town, config)
    (config / "content" / "act-sample-day.md").unlink()
    (templates / "days.csv").write_text("key,title\none,翻开第一页\n", encoding="utf-8")
    (templates / "days.md").write_text(f"{head}\n\n{{title}}，谁来？\n", encoding="utf-8")

    await until(lambda: knows(town, "翻开第一页"))
    assert "翻开第一页" in await town.say("tangyuan", "排期")
