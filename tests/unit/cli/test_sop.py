"""``python -m bot sop``: steps with their numbers, who waits, and why something was not sent."""

import argparse
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.sop import add_parser, run
from bot.core.clock import SystemClock
from bot.store.db import DATABASE_FILE
from bot.store.fields import to_micros
from bot.store.migrate import migrate
from bot.store.sqlite import connect_sqlite
from tests.support.settings import CONFIG


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """小鹿 was told one thing, waits for a second and was not told a third."""
    now = to_micros(SystemClock().now() - timedelta(hours=1))
    columns = (
        "plan, step, member_id, occurrence, group_key, began_at, due_at, state, look_at, reason,"
        " decided_at, place, sent_on, message_key"
    )
    row = f"1, 'hejian', 'hejian', {now}, {now}"
    with closing(connect_sqlite(tmp_path / DATABASE_FILE)) as connection:
        migrate(connection)
        connection.execute("INSERT INTO member (id, name, created_at) VALUES (1, '小鹿', 0)")
        connection.execute("INSERT INTO identity VALUES ('r', 'xiaolu', 1)")
        connection.execute(
            f"INSERT INTO sop_step ({columns}) VALUES"
            f" ('newcomer', 'd1_checkin', {row}, 'sent', NULL, '', {now}, 'private',"
            "  '2026-11-26', 'sop/1'),"
            f" ('newcomer', 'd2_dry', {row}, 'skipped', NULL, 'has none of the tags dry', {now},"
            "  NULL, NULL, NULL),"
            f" ('newcomer', 'd7_badge', {row}, 'waiting', {now}, 'one message a day', NULL, NULL,"
            "  NULL, NULL)"
        )
        connection.execute(
            "INSERT INTO outbox (key, channel, target_kind, target, conversation, message, state,"
            f" due_at, created_at, reason) VALUES ('sop/1', 'app', 'person', 'xiaolu', 'xiaolu',"
            f" '{{}}', 'dead', {now}, {now}, 'nobody of that name')"
        )
    return tmp_path


def sop(directory: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    words = ["sop", "--config", str(CONFIG), "--data-dir", str(directory), *more]
    return run(parser.parse_args(words))


def test_steps_are_listed_with_what_became_of_them(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sop(directory) == 0
    told = capsys.readouterr().out
    assert "新人三十天 (newcomer): days since he joined; 禾间护肤小屋" in told
    assert "d1_checkin           sent 1, waiting 0, not sent 0  (not after checkin)" in told
    assert "Waiting: 1\n" in told
    assert "小鹿  hejian  newcomer/d7_badge: one message a day" in told
    assert "Not sent: 1\n       1  newcomer/d2_dry: has none of the tags dry" in told
    assert "Sent, and not delivered: 1\n       1  newcomer/d1_checkin: nobody of that name" in told


def test_a_member_s_steps_are_told_in_order(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sop(directory, "--member", "xiaolu") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[3] for line in lines] == [
        "newcomer/d1_checkin",
        "newcomer/d2_dry",
        "newcomer/d7_badge",
    ]
    assert lines[0].endswith("sent (private)")
    assert lines[1].endswith("not sent: has none of the tags dry")


def test_without_data_the_plans_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sop(tmp_path) == 0
    assert "d90_mute" in capsys.readouterr().out
