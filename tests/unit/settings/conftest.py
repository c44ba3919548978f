from pathlib import Path

import pytest

from .every_channel import add_every_channel
from .good_config import Configuration


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configuration:
    """A good configuration in a folder of its own, which is not the working directory."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return Configuration(tmp_path / "config")


@pytest.fixture
def full(config: Configuration) -> Configuration:
    """The good configuration with a channel of every kind and a customer group."""
    add_every_channel(config)
    return config
