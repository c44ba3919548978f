"""The walked-through story for operators is walked: every file, command and message as it says."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from bot.cli.main import main
from tests.support.settings import CONFIG, REPOSITORY

PAGE = REPOSITORY / "docs" / "operators.md"
SECTION = "## Your first post, slot and brand day\n"

_BLOCK = re.compile(r"^(.*?)^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`(config/[\w./-]+)`")
_LIST = re.compile(r"under\s+`(\w+:)`", re.IGNORECASE)
_PROGRAM = ".venv/bin/python -m bot "


def steps() -> list[tuple[str, str, str]]:
    """Words before it, language and content of each block of the section."""
    text = PAGE.read_text(encoding="utf-8")
    section = text.partition(SECTION)[2].partition("\n## ")[0]
    return _BLOCK.findall(section)


class Walk:
    """An operator on a copy of the configuration who does what the page says."""

    def __init__(self) -> None:
        self.calendar = Path("config/calendar.yaml").read_text(encoding="utf-8")
        self.entries: dict[str, str] = {}
        self.file = ""

    def save(self, words: str, text: str) -> None:
        """The file that was named last, as a whole."""
        self.file = [self.file, *_FILE.findall(words)][-1]
        Path(self.file).write_text(text, encoding="utf-8")

    def put(self, words: str, entry: str) -> None:
        """An entry under a key of the calendar, in place of the one put there before."""
        self.entries[_LIST.findall(words)[-1]] = entry
        text = self.calendar
        for key, lines in self.entries.items():
            assert text.count(f"\n{key}\n") == 1
            text = text.replace(f"\n{key}\n", f"\n{key}\n{lines}", 1)
        Path(_FILE.findall(words)[-1]).write_text(text, encoding="utf-8")


def shown_in(shown: str, printed: str) -> bool:
    """Whether every line is printed in this order; ... stands for anything, spaces for spaces."""
    lines = [re.escape(re.sub(r" +", " ", line.strip())) for line in shown.splitlines()]
    pattern = "\n".join(lines).replace(r"\.\.\.", r"[\s\S]*?")
    text = "\n".join(re.sub(r" +", " ", line.strip()) for line in printed.strip().splitlines())
    return re.fullmatch(pattern, text) is not None


def test_the_story_is_true_from_its_first_line_to_its_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(CONFIG, tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATA_DIR", raising=False)
    walk, printed = Walk(), ""
    assert len(steps()) > 25
    for words, language, content in steps():
        match language:
            case "markdown":
                walk.save(words, content)
            case "yaml":
                walk.put(words, content)
            case "sh":
                assert content.startswith(_PROGRAM)
                main(shlex.split(content.removeprefix(_PROGRAM)))
                printed = "".join(capsys.readouterr())
            case "text":
                assert shown_in(content, printed), f"{content}\n--- was printed:\n{printed}"
            case other:
                raise AssertionError(f"what is a block of {other}?")


def test_every_change_of_the_story_is_broken_once() -> None:
    told = [content for _, language, content in steps() if language == "text"]
    problems = "\n".join(told).count("problem")

    assert problems >= 6
    assert all("config/" in shown for shown in told if "problem" in shown)


def test_a_shown_line_that_is_not_printed_is_found() -> None:
    assert shown_in("...\nb  c\n...", "a\nb c\nd")
    assert not shown_in("...\nb d\n...", "a\nb c\nd")
    assert not shown_in("a", "a\nb")
