"""``python -m bot campaign`` on the example configuration: a new file, the dry run, the review."""

import argparse
import os
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.cli import campaign
from bot.settings.load import load_settings
from bot.settings.schema.campaigns import CampaignType
from bot.settings.settings import Settings
from tests.support.stores import open_store

EXAMPLE = Path(__file__).parents[3] / "config"
NOW = "2026-11-24T09:00"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the example configuration."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "config"))


def call(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    campaign.add_parser(parser.add_subparsers())
    given = parser.parse_args(["campaign", *arguments])
    return campaign.run(given)


def load(config: Path) -> Settings:
    loaded = load_settings(config, os.environ)
    assert isinstance(loaded, Settings), str(loaded)
    return loaded


def new(config: Path, kind: str, *more: str) -> int:
    return call("new", kind, "--name", "双旦", "--at", NOW, "--config", str(config), *more)


@pytest.mark.parametrize("kind", [kind.value for kind in CampaignType])
def test_each_template_is_a_good_campaign_that_can_run(
    config: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert new(config, kind, "--node", "christmas") == 0

    written = load(config).campaigns["christmas"]
    assert (written.name, written.type, written.node) == ("双旦", kind, "christmas")
    text = (config / "campaigns" / "christmas.yaml").read_text(encoding="utf-8")
    assert "__" not in text
    assert "CHANGE" in text
    assert {post.phase for post in written.posts} >= {0, 1}
    data = str(config / "no-data")
    arguments = ("--at", NOW, "--config", str(config), "--data-dir", data)
    assert call("dry-run", "christmas", *arguments) == 0
    assert "Verdict: it can run" in capsys.readouterr().out


def test_t0_has_the_usual_hours_and_customer_groups_are_spared_all_but_one(config: Path) -> None:
    new(config, "discount", "--node", "christmas")

    posts = [post for post in load(config).campaigns["christmas"].posts if post.phase == 0]
    assert [(f"{post.at:%H:%M}", post.groups) for post in posts] == [
        ("08:30", ("hejian",)),
        ("12:00", ("hejian",)),
        ("20:00", ()),
        ("22:00", ("hejian",)),
    ]


def test_a_phase_on_a_solemn_day_is_written_for_the_next_day(config: Path) -> None:
    assert new(config, "promotion", "--node", "double_12", "--key", "december") == 0

    text = (config / "campaigns" / "december.yaml").read_text(encoding="utf-8")
    assert "  - phase: 2  # T+1 is 国家公祭日: nothing is posted then\n" in text
    assert "node: double_12  # 双12, next on 2026-12-12\n" in text


def test_a_campaign_may_have_a_date(config: Path) -> None:
    assert new(config, "signup", "--on", "2026-12-20") == 0

    assert load(config).campaigns["signup-20261220"].on == date(2026, 12, 20)


def test_a_file_is_never_overwritten(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = config / "campaigns" / "double12.yaml"
    before = file.read_text(encoding="utf-8")

    assert new(config, "discount", "--node", "double_12", "--key", "double12") == 1

    assert file.read_text(encoding="utf-8") == before
    assert "is there already: choose another --key, or edit it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--node", "doubl_12"), "there is no node day doubl_12: write double_12 instead"),
        (("--node", "nanjing_memorial"), "国家公祭日 is a solemn day"),
        (("--on", "2026-11-20"), "2026-11-20 is over"),
        (("--node", "christmas", "--key", "双旦"), "双旦 is no name for a file"),
        (("--node", "christmas", "--name", "a: b"), "the name must be a few words"),
    ],
)
def test_what_cannot_be_written_is_refused_with_the_reason(
    config: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], sentence: str
) -> None:
    before = sorted((config / "campaigns").iterdir())

    assert new(config, "discount", *more) == 1

    assert sentence in capsys.readouterr().err
    assert sorted((config / "campaigns").iterdir()) == before


def dry_run(config: Path, *more: str, key: str = "double12") -> int:
    data = str(config / "no-data")
    return call("dry-run", key, "--config", str(config), "--data-dir", data, *more)


def test_a_dry_run_shows_posts_reach_cost_and_what_is_in_the_way(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dry_run(config, "--at", NOW) == 0

    shown = capsys.readouterr().out
    first = "双十二冷静清单 (double12-2026), promotion, T0 2026-12-12 in 18 days\n"
    assert shown.startswith(first)
    for pattern in (
        r"2026-12-12  sat  20:00  T0 +friends  product \(promotion\)  双十二晚间",
        r"禾间好友群 +contact +unknown +3 +tangyuan, each post",
        r"all together +100 points are 1 yuan +1,250\.00",
        r"note  2026-12-13  all +国家公祭日: nothing is posted, in any group",
        r"note  2026-12-12  friends  weekly slots make room: 08:30, 16:00",
    ):
        assert re.search(pattern, shown), (pattern, shown)


def test_a_campaign_that_cannot_run_ends_with_1(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = config / "campaigns" / "double12.yaml"
    text = file.read_text(encoding="utf-8").replace("node: double_12", "node: nanjing_memorial")
    file.write_text(text, encoding="utf-8")

    assert dry_run(config, "--at", NOW) == 1

    shown = capsys.readouterr().out
    assert "STOP  2026-12-13  all" in shown
    assert shown.endswith("Verdict: it cannot run\n")


def test_an_unknown_campaign_is_refused_with_the_one_that_was_meant(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dry_run(config, key="double21") == 1

    assert "campaigns/double21.yaml: write double12 instead" in capsys.readouterr().err


def test_a_dry_run_can_be_written_as_a_page(config: Path, tmp_path: Path) -> None:
    page = tmp_path / "dry.html"

    assert dry_run(config, "--at", NOW, "--page", str(page)) == 0

    html = page.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "国家公祭日" in html
    assert not re.search(r'(?:src|href)="', html), "the page needs nothing but itself"


async def test_a_review_is_shown_and_can_be_written_as_a_page(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_store(tmp_path / "data"):
        pass
    page = tmp_path / "review.html"
    where = ("--config", str(config), "--data-dir", str(tmp_path / "data"))

    assert call("review", "double12", *where, "--at", "2026-12-16T09:00", "--page", str(page)) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("双十二冷静清单 (double12-2026), 2026-12-05 to 2026-12-15\n")
    assert "all together  0 of 20000 points" in shown
    assert "too few to tell" in shown
    assert "双十二冷静清单 · review" in page.read_text(encoding="utf-8")


async def test_there_is_no_review_of_what_has_not_begun(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = config / "campaigns" / "double12.yaml"
    text = file.read_text(encoding="utf-8").replace("node: double_12", "on: 2026-12-12")
    file.write_text(text, encoding="utf-8")

    arguments = ("--config", str(config), "--at", NOW, "--data-dir", str(tmp_path))
    assert call("review", "double12", *arguments) == 1

    assert "double12 has not begun; dry-run shows what it will do" in capsys.readouterr().err


def test_without_data_there_is_no_review(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--config", str(config), "--at", "2026-12-16T09:00")
    assert call("review", "double12", *arguments, "--data-dir", str(tmp_path / "none")) == 1

    assert "does not exist: start the program once" in capsys.readouterr().err
