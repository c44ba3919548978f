"""``python -m bot cost``: what rewards may cost at worst."""

import shutil
from pathlib import Path

import pytest

from bot.cli.main import main
from tests.support.settings import CONFIG


def test_the_worst_case_of_every_source_is_shown_beside_the_budget(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["cost", "--config", str(CONFIG), "--members", "10"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Worst case for 10 members")
    assert [line.split()[:4] for line in lines if "talk" in line] == [
        ["talk", "100", "most_points", "a_day"]
    ]
    assert [line.split() for line in lines if "budget " in line and "warning" not in line] == [
        ["budget", "20000", "300000"]
    ]


def test_without_a_number_the_configured_one_is_reckoned_with(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["cost", "--config", str(CONFIG)])

    assert "Worst case for 500 members" in capsys.readouterr().out


@pytest.mark.parametrize("number", ["0", "many", "-3"])
def test_a_number_of_members_is_a_number(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["cost", "--config", str(CONFIG), "--members", number])
    assert "members" in capsys.readouterr().err


def test_a_broken_configuration_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    (folder / "rewards.yaml").write_text("earning: {most_a_day: 0}\n", encoding="utf-8")

    assert main(["cost", "--config", str(folder)]) == 1
    assert "most_a_day" in capsys.readouterr().err
