"""The example brand's settings, as every test that wants a whole configuration uses them."""

from pathlib import Path

from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.settings import Settings

REPOSITORY = Path(__file__).parent.parent.parent
CONFIG = REPOSITORY / "config"


def example_settings(directory: Path = CONFIG) -> Settings:
    """The settings in ``directory``; their secrets come from its demo.env alone."""
    loaded = load_settings(directory, {})
    assert not isinstance(loaded, Problems), str(loaded)
    return loaded
