"""``python -m bot content``: the library, what it lacks, and tables that become files."""

import os
import re
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.settings.load import load_settings
from bot.settings.settings import ContentItem, Settings
from tests.support.settings import CONFIG, example_settings
from tests.unit.settings.good_config import ENVIRONMENT, Configuration

TABLE = """\
标题,维度,类型,正文,正文b,月份,依据
量一泵是多少,用户,课堂,"挤一泵，抹开看看够不够半张脸。
你一次按几泵？",先挤一泵试试够不够。你按几泵？,11月、12月,
瓶底那一点,品牌,故事,"瓶底总剩一点，倒扣一晚，第二天还能用两次。
你家的瓶子倒扣过吗？",,,
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small configuration of a tea brand."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return Configuration(tmp_path / "config").directory


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "autumn.csv"
    file.write_text(TABLE, encoding="utf-8")
    return file


def run(config: Path, *words: str) -> int:
    nowhere = str(config.parent / "data")
    if words[:1] == ("import",):
        return main(["content", *words, "--config", str(config)])
    return main(["content", "--config", str(config), "--data-dir", nowhere, *words])


def item(config: Path, key: str) -> ContentItem:
    loaded = load_settings(config, os.environ)
    assert isinstance(loaded, Settings), str(loaded)
    return next(item for item in loaded.content if item.key == key)


def files(config: Path) -> set[str]:
    return {file.name for file in (config / "content").glob("*.md")}


def test_every_item_is_listed_for_every_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CONFIG, "--group", "hejian") == 0

    out = capsys.readouterr().out
    lines = {line.split()[0] for line in out.splitlines() if line.startswith("  ")}
    assert lines >= {item.key for item in example_settings().content}
    assert f"{len(example_settings().content)} items: " in out


def test_a_list_may_be_of_one_pillar_kind_and_of_what_is_free(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("--pillar", "product", "--kind", "product", "--free", "--at", "2026-07-01T09:00")
    assert run(CONFIG, "--group", "hejian", *words) == 0

    out = capsys.readouterr().out
    assert "prod-summer-light" in out
    assert "prod-winter-layer" not in out
    assert "lesson-acid" not in out


def test_an_unknown_group_is_told_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CONFIG, "--group", "nobody") == 1
    assert "bot.yaml has: hejian, " in capsys.readouterr().err


def test_what_the_library_lacks_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--lacking", "--days", "31", "--at", "2026-12-01T00:00")
    assert run(config, *words) == 0

    assert "brand: 2 items missing in December (need 3, 1 is rested)" in capsys.readouterr().out


def test_a_good_table_becomes_files(
    config: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(config)

    assert run(config, "import", str(table)) == 0

    assert files(config) - before == {"autumn-2.md", "autumn-4.md"}
    first, second = item(config, "autumn-2"), item(config, "autumn-4")
    assert (first.front.pillar, first.front.kind) == ("user", "lesson")
    assert first.front.months == (11, 12)
    assert first.variants == {
        "a": "挤一泵，抹开看看够不够半张脸。\n你一次按几泵？",
        "b": "先挤一泵试试够不够。你按几泵？",
    }
    assert second.front.title == "瓶底那一点"
    out = capsys.readouterr().out
    assert "2 of 2 lines imported" in out
    assert re.search(r"autumn-2\.md +user +lesson +量一泵是多少", out)
    assert re.search(r"industry +\d+ +\d+ % +30 %", out)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_encodings_of_spreadsheets_are_read(config: Path, table: Path, encoding: str) -> None:
    table.write_text(TABLE, encoding=encoding, newline="\r\n")

    assert run(config, "import", str(table)) == 0
    assert item(config, "autumn-4").front.title == "瓶底那一点"


def test_a_dry_run_writes_nothing(
    config: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(config)

    assert run(config, "import", str(table), "--dry-run") == 0
    assert "2 of 2 lines would be imported" in capsys.readouterr().out
    assert files(config) == before


def test_an_import_into_another_folder_goes_there(
    config: Path, table: Path, tmp_path: Path
) -> None:
    before = files(config)

    assert run(config, "import", str(table), "--into", str(tmp_path / "new")) == 0
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == [
        "autumn-2.md",
        "autumn-4.md",
    ]
    assert files(config) == before


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("品牌", "茶", "4:7  pillar  not one of the possible values  write one of brand, product"),
        ("故事", "storry", "4:10  kind  not one of the possible values  write one of story"),
        ("11月", "13月", "3:26  months[0]  out of range  write a whole number from 1 to 12"),
        ("瓶底那一点", "", "4:1  title  an empty cell  write the title of the item"),
        ("瓶底那一点", "量一泵是多少", "4:1  title  the same title as in line 2  give each item"),
        ("瓶底那一点", "采茶的早晨", "4:1  title  the title of story  write another"),
        ("瓶底总", "亲们，瓶底总", "4:13  contains 亲们: "),
        ("先挤一泵", "涨薪 36%", "3:10  claims a figure, 36%, without evidence  add evidence"),
        ("半张脸", "{grop}", "2:14  unknown slot {grop}  write {group}"),
        ("维度", "味道", "1:4  味道  unknown column  remove it; known here: title, pillar, kind"),
        ("标题", "编号", "1:1  no column title  add a column title or 标题"),
        ("月份", "类型", "1:17  类型  a column twice  remove one of the two"),
        ("月份", "kind", "1:17  kind  a second column for kind  remove one"),
    ],
)
def test_a_bad_line_is_told_with_its_cell_and_nothing_is_written(
    config: Path,
    table: Path,
    capsys: pytest.CaptureFixture[str],
    old: str,
    new: str,
    problem: str,
) -> None:
    assert old in TABLE
    table.write_text(TABLE.replace(old, new, 1), encoding="utf-8")
    before = files(config)

    assert run(config, "import", str(table)) == 1

    told = capsys.readouterr().err
    assert f"{table}:{problem}" in told
    assert "nothing was imported" in told
    assert files(config) == before


def test_bad_lines_may_be_left_out(
    config: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write_text(TABLE.replace("品牌", "茶", 1), encoding="utf-8")

    assert run(config, "import", str(table), "--skip-bad") == 0

    assert "autumn-2.md" in files(config)
    assert "autumn-4.md" not in files(config)
    out = capsys.readouterr().out
    assert "autumn.csv:4:7  pillar  not one of" in out
    assert "1 of 2 lines imported" in out


def test_what_is_there_is_never_overwritten(
    config: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "import", str(table)) == 0
    kept = (config / "content" / "autumn-2.md").read_bytes()
    table.write_text(TABLE.replace("量一泵是多少", "量一量", 1), encoding="utf-8")

    assert run(config, "import", str(table)) == 1

    assert "there is an item autumn-2 already" in capsys.readouterr().err
    assert (config / "content" / "autumn-2.md").read_bytes() == kept


def test_a_broken_configuration_is_mended_first(
    config: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = config / "content" / "lesson.md"
    text = lesson.read_text(encoding="utf-8")
    lesson.write_text(text.replace("kind: lesson", "kind: lessn"), encoding="utf-8")

    assert run(config, "import", str(table)) == 1
    assert "lesson.md:4:7  kind" in capsys.readouterr().err


def test_a_file_that_is_not_there_or_no_table_is_told(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, "import", str(tmp_path / "none.csv")) == 1
    assert "none.csv:1:1  cannot be read: No such file" in capsys.readouterr().err

    (tmp_path / "none.csv").write_text("title,pillar,kind,text\n")
    assert run(config, "import", str(tmp_path / "none.csv")) == 1
    assert "a table without lines" in capsys.readouterr().err
