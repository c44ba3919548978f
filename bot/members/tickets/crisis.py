"""Whether somebody may be in danger, by a short list of words.

The list errs on the side of calling a person: a call too many costs a look, one too few may cost
more. Pure.
"""

from bot.core.text import fold
from bot.settings.schema.manners import Crisis


def in_crisis(text: str, rules: Crisis) -> bool:
    """Whether ``text`` has one of the words, outside of the harmless ones; spaces do not count."""
    said = _bare(text)
    for harmless in rules.unless:
        said = said.replace(_bare(harmless), " ")
    return any(_bare(word) in said for word in rules.words)


def _bare(text: str) -> str:
    return fold(text).replace(" ", "")
