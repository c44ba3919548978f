"""``python -m bot orders``: what has to be sent, and where to."""

import argparse
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.orders import add_parser, run
from bot.rewards.redemption.fulfilment import Step
from bot.store.db import DATABASE_FILE
from bot.store.migrate import migrate
from bot.store.sqlite import connect_sqlite
from tests.unit.rewards.redemption.support import (
    add_members,
    bought,
    give_address,
    moved,
    open_shop,
    pay_out,
    step,
    wish,
)
from tests.unit.rewards.support import DAY, NOW


def orders(directory: Path) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return run(parser.parse_args(["orders", "--data-dir", str(directory)]))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Member 7 waits for one parcel, and for a second one that nobody knows the address of."""
    with closing(connect_sqlite(tmp_path / DATABASE_FILE)) as books:
        migrate(books)
        add_members(books)
        books.execute("UPDATE member SET name = '小鹿' WHERE id = 7")
        open_shop(books)
        pay_out(books, 7, 2000)
        bought(books, wish(7))
        give_address(books)
        bought(books, wish(7, key="second"))
    return tmp_path


def test_a_parcel_that_waits_is_listed_with_its_address(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert orders(directory) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1  面霜小样  (小鹿)",
        "    小鹿 13800138000 上海市徐汇区漕溪北路 1 号 502",
        "1 to send.",
    ]


def test_what_was_sent_is_not_listed_any_more(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(connect_sqlite(directory / DATABASE_FILE)) as books:
        moved(books, step(Step.SHIP, 1, due_at=NOW + DAY))
    assert orders(directory) == 0
    assert capsys.readouterr().out.splitlines() == ["Nothing waits to be sent."]


def test_without_a_database_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert orders(tmp_path / "nowhere") == 1
    assert "start the program once" in capsys.readouterr().err
