from pathlib import Path

import pytest

from .good_config import Configuration


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configuration:
    """A good configuration in a folder of its own, which is not the working directory."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return Configuration(tmp_path / "config")
