"""``verify lottery``: a line for each thing that was checked, and a code for scripts."""

import argparse
import random
from pathlib import Path

import pytest

from bot.cli import verify
from bot.core.ids import EventKey, MemberId
from bot.rewards.lottery.lotteries import Lotteries, QuizAnswer
from bot.store.db import Store
from tests.support.brand import brand
from tests.support.events import DAY, GROUP, NOW
from tests.support.stores import execute
from tests.unit.rewards.lottery.support import blank, lottery, prize


async def fill(directory: Path, *statements: str) -> None:
    """A lottery of ten draws that has ended."""
    store = Store(directory, ["bot.members.models"])
    await store.open()
    lotteries, settings = Lotteries(store, random.Random(1)), brand()
    offered = lottery(prize(stock=50), blank(), groups=[GROUP], ends_at="2026-11-28 12:00")
    found = await lotteries.publish(offered, groups=[GROUP], now=NOW, zone=settings.zone)
    assert found is not None
    for number in range(10):
        await lotteries.draw(
            lottery_id=found.lottery_id, member_id=MemberId(number), key=EventKey(f"e{number}"),
            now=NOW, in_groups=[GROUP], is_staff=False, is_blocked=False, answer=QuizAnswer.NONE,
            quiz_tries=0, rules=settings.rewards, zone=settings.zone,
        )  # fmt: skip
    await lotteries.settle(NOW + 3 * DAY, rules=settings.rewards, zone=settings.zone)
    for statement in statements:
        await execute(store, statement)
    await store.close()


def run(directory: Path, number: int = 1) -> int:
    parser = argparse.ArgumentParser()
    verify.add_parser(parser.add_subparsers())
    words = ["verify", "lottery", str(number), "--data-dir", str(directory)]
    return verify.run(parser.parse_args(words))


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATA_DIR"):
        monkeypatch.delenv(name, raising=False)


async def test_an_honest_lottery_is_proved_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await fill(tmp_path)
    assert run(tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("✓ ") for line in lines)
    assert any("10 draws recomputed" in line for line in lines)


async def test_a_result_that_was_altered_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await fill(
        tmp_path,
        "DROP TRIGGER lottery_draw_is_not_changed",
        "UPDATE lottery_draw SET roll = 1 - roll WHERE position = 4",
    )
    assert run(tmp_path) == 1
    (wrong,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗ ")]
    assert "draw 4" in wrong


async def test_a_number_that_is_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await fill(tmp_path)
    assert run(tmp_path, 9) == 1
    assert "no lottery with the number 9" in capsys.readouterr().err


def test_without_a_database_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path) == 1
    assert "start the program once" in capsys.readouterr().err
