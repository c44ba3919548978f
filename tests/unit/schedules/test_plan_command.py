"""``python -m bot plan`` on the example configuration."""

import argparse
import asyncio
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import plan
from bot.core.ids import EventKey, GroupKey
from bot.members.models import GroupRow
from bot.schedules.publisher import Published
from bot.settings.load import load_settings
from bot.settings.settings import Settings
from tests.support.stores import open_store

from .support import Live, at, publisher

CONFIG = Path(__file__).parents[3] / "config"
NOW = "2026-11-22T09:00"


def call(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    plan.add_parser(parser.add_subparsers())
    given = parser.parse_args(["plan", "--config", str(CONFIG), *arguments])
    code: int = given.run(given)
    return code


def example() -> Settings:
    loaded = load_settings(CONFIG, {})
    assert isinstance(loaded, Settings), str(loaded)
    return loaded


def width(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(mark) in "WF") for mark in text)


def test_it_shows_every_slot_of_the_days_the_mix_and_the_node_days(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("--at", NOW, "--data-dir", str(tmp_path)) == 0
    shown = capsys.readouterr().out
    group = example().bot.groups[0]
    assert shown.startswith(f"{group.name} ({group.key})\n")
    assert "2026-11-26  thu  in 4 days   感恩节" in shown
    assert "国家公祭日  nothing is posted" in shown
    window = example().calendar.mix.window_posts
    assert f"Mix of the last {window} posts of the plan and before it" in shown
    for word in ("brand", "industry", "red_packet", "lesson", "made for 感恩节"):
        assert word in shown


@pytest.mark.parametrize(
    ("now", "line"),
    [
        ("2026-11-22T09:00", "2026-11-26  thu  in 4 days   感恩节      T-4 tease\n"),
        ("2026-11-18T09:00", "2026-11-26  thu  in 8 days   感恩节\n"),
        ("2026-11-05T09:00", "2026-10-20  tue  until 11-10  双11预售  T0 open\n"),
        ("2026-12-12T09:00", "2026-12-12  sat  today       双12        T0 open\n"),
    ],
)
def test_a_node_day_that_is_near_tells_its_phase(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], now: str, line: str
) -> None:
    assert call("--at", now, "--data-dir", str(tmp_path)) == 0
    assert line in capsys.readouterr().out


def test_columns_are_aligned_for_a_terminal_that_shows_chinese_twice_as_wide(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call("--at", NOW, "--data-dir", str(tmp_path), "--group", "hejian")
    lines = capsys.readouterr().out.splitlines()
    head = next(line for line in lines if " why" in line)
    rows = [line for line in lines if "used before" in line]
    column = head.index("why")
    starts = {
        width(row[: row.index("made for" if "made for" in row else "pillar ")]) for row in rows
    }
    assert starts == {column}


def test_fewer_days_and_one_group_can_be_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = example().bot.groups[0].key
    assert call("--at", NOW, "--data-dir", str(tmp_path), "--days", "1", "--group", key) == 0
    assert "2026-11-24" not in capsys.readouterr().out


def test_an_unknown_group_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call("--group", "nowhere") == 1
    known = ", ".join(group.key for group in example().bot.groups if group.scheduled)
    said = f"there is no group nowhere with a plan; bot.yaml has: {known}\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("days", ["0", "91", "-1", "x"])
def test_a_number_of_days_that_makes_no_sense_is_refused(
    days: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call(f"--days={days}")
    assert "write a whole number of days from 1 to 90" in capsys.readouterr().err


def test_a_bad_configuration_is_told_with_all_its_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("--config", str(tmp_path)) == 1
    assert f"{tmp_path}/calendar.yaml:1:1" in capsys.readouterr().err


def test_a_database_that_is_none_is_told_and_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "yutang.db").write_text("")
    assert call("--data-dir", str(tmp_path)) == 1
    assert "start this version of the program once" in capsys.readouterr().err
    assert (tmp_path / "yutang.db").read_text() == ""


def test_what_was_posted_is_not_planned_again_and_a_pause_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = example()
    key = GroupKey(settings.bot.groups[0].key)
    now = at("2026-11-22 09:00")

    async def post_and_pause() -> Published:
        async with open_store(tmp_path) as store:
            answer = await publisher(store, Live(settings)).publish_next(key, now, EventKey("e"))

            async def pause() -> None:
                await GroupRow.create(key=key, paused_at=now + timedelta(minutes=5))

            await store.transaction(pause)
        assert isinstance(answer, Published)
        return answer

    title = asyncio.run(post_and_pause()).title
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert call("--at", NOW, "--group", key) == 0
    shown = capsys.readouterr().out
    assert "Paused since 2026-11-22 09:05: nothing is posted until an owner resumes." in shown
    assert f" {title} " not in shown
    assert "of 2 posts; not used before" in shown
