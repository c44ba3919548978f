"""The check command."""

import argparse
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import check
from bot.core.clock import ManualClock
from bot.platforms.describe import render_channels
from bot.settings.schema.commands import CommandName

from .good_config import ENVIRONMENT, Configuration

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def run(*words: str, today: str = "2026-06-01") -> int:
    parser = argparse.ArgumentParser()
    check.add_parser(parser.add_subparsers())
    clock = ManualClock(datetime.fromisoformat(today).replace(tzinfo=UTC))
    return check.run(parser.parse_args(["check", *words]), clock)


def test_a_good_configuration_is_summed_up(
    config: Configuration, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("--config", "../config")

    assert code == 0
    assert capsys.readouterr().out.splitlines() == [
        "../config: good",
        "brand      山茶",
        "groups     茶友群 (tea)",
        "channels   app (wecom_app), robot (wecom_robot), posts (group_webhook)",
        "content    2 items",
        "  pillars  brand 1, product 0, industry 1, user 0",
        "  kinds    story 1, activity 0, product 0, red_packet 0, lesson 1",
        "knowledge  1 answers",
        f"commands   {len(CommandName)}",
        "persona    小茶 (AI 助手)",
        "  memory   喝茶去: in 0 of 2 posts, wanted 0",
        "note: ../config/schema is out of date; run check --write-schema",
    ]


@pytest.mark.parametrize(
    ("today", "of_2027", "told"),
    [
        ("2026-11-01", "", False),  # 60 days before the last day of the table
        ("2026-11-02", "", True),
        ("2026-11-02", "holidays: {off: [2027-02-05..2027-02-11]}\n", False),
    ],
)
def test_it_tells_in_time_that_the_list_of_days_off_ends(
    config: Configuration, capsys: pytest.CaptureFixture[str], today: str, of_2027: str, told: bool
) -> None:
    config.edit("calendar.yaml", "node_days:", f"{of_2027}node_days:")
    assert run("--config", "../config", today=today) == 0
    note = "note: the official table of days off ends on 2026-12-31; of 2027 only"
    assert (note in capsys.readouterr().out) is told


def test_every_problem_has_its_line_and_then_they_are_counted(
    config: Configuration, capsys: pytest.CaptureFixture[str]
) -> None:
    config.edit("rewards.yaml", "points: 10", "points: 0")
    config.edit("members.yaml", "tag: green_tea", "tag: greentea")

    code = run("--config", "../config")

    assert code == 1
    first, second, count = capsys.readouterr().out.splitlines()
    assert first.startswith("../config/members.yaml:7:10  rules[0].tag  ")
    assert second.startswith("../config/rewards.yaml:3:11  checkin.points  ")
    assert count == "2 problems"


def test_schemas_and_reference_are_written_on_request(
    config: Configuration, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("--config", str(config.directory), "--write-schema")

    assert code == 0
    assert "out of date" not in capsys.readouterr().out
    assert (config.directory / "schema/bot.schema.json").is_file()
    reference = config.directory.parent / "docs/configuration.md"
    assert reference.read_text(encoding="utf-8").startswith("# Configuration reference")
    channels = config.directory.parent / "docs/channels.md"
    assert channels.read_text(encoding="utf-8") == render_channels()


def test_the_command_imports_nothing_heavy() -> None:
    heavy = "{'tortoise', 'aiohttp', 'apscheduler', 'wechatpy', 'watchfiles', 'structlog'}"
    code = f"import sys, bot.cli.check; print({heavy} & set(sys.modules))"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "set()"


def test_the_summary_counts_how_often_the_persona_is_heard_as_itself(
    config: Configuration, capsys: pytest.CaptureFixture[str]
) -> None:
    config.edit("persona.yaml", "tone:", "tone:\n  liked: [茶]")
    assert run("--config", str(config.directory)) == 0
    told = capsys.readouterr().out
    assert "  memory   喝茶去: in 0 of 2 posts, wanted 0" in told
    assert "  liked    茶 " in told
