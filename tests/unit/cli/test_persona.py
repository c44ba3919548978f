"""``python -m bot persona``: the card, the checklist and the score."""

import re
import shutil
from pathlib import Path

import pytest

from bot.cli.main import main
from tests.support.settings import CONFIG


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the example configuration."""
    return shutil.copytree(CONFIG, tmp_path / "config")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_main_persona_is_shown_with_checklist_and_score(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["persona", "--config", str(CONFIG)]) == 0

    out = capsys.readouterr().out
    assert out.startswith("小禾 (AI 助手), person, preset 闺蜜\n")
    assert "[ ] nickname (9 of 16 characters)\n        小禾（AI 助手）" in out
    assert "禾间护肤小屋 (hejian)" in out
    assert "种子群主小屋" not in out, "another persona speaks there"
    assert re.search(r"\n  honest_bot       10.0 of 10\n", out)
    assert re.search(r"\nScore \d+\.\d of 100; 95 are wanted\n", out)


def test_a_further_persona_is_shown_by_its_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["persona", "zhou", "--config", str(CONFIG)]) == 0

    out = capsys.readouterr().out
    assert out.startswith("周老师 (AI 助手), expert, preset 专家\n")
    assert "种子群主小屋 (owners)" in out


def test_an_unknown_key_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["persona", "zhao", "--config", str(CONFIG)]) == 1

    assert "there is no personas/zhao.yaml; there are: zhou" in capsys.readouterr().err


def test_a_hard_fail_is_the_exit_code_and_is_shown_with_its_worst_texts(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(
        config / "persona.yaml",
        "说实话：{persona}是{label}",
        "放心，我是真人，{persona}也叫{label}",
    )

    assert main(["persona", "--config", str(config)]) == 1

    out = capsys.readouterr().out
    assert "honest_bot        0.0 of 10  HARD FAIL" in out
    assert "persona.are_you_a_bot[1]: denies to be a machine: 放心，我是真人" in out


def test_a_signature_that_is_too_long_is_marked(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(config / "persona.yaml", "signature: 先看成分再看价，", f"signature: {'慢' * 30}")

    main(["persona", "--config", str(config)])

    assert "[ ] signature (43 of 30 characters: TOO LONG)" in capsys.readouterr().out


def test_a_preset_prints_a_card_to_start_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["persona", "--preset", "福利官"]) == 0

    out = capsys.readouterr().out
    assert "preset: 福利官" in out
    assert "emoji_budget: 3" in out


def test_a_broken_configuration_is_told(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(config / "persona.yaml", "name: 小禾", "nome: 小禾")

    assert main(["persona", "--config", str(config)]) == 1
    assert "persona.yaml:" in capsys.readouterr().err
