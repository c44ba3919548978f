"""Whether somebody may be in danger, by a short list of words.

The list errs on the side of calling a person: a call too many costs a look, one too few may cost
more. Pure.
"""

from bot.core.caching import made_once
from bot.core.text import fold
from bot.settings.schema.manners import Crisis


def in_crisis(text: str, rules: Crisis) -> bool:
    """Whether ``text`` has one of the words, outside of the harmless ones; spaces do not count."""
    words, unless = _folded(rules)
    said = _bare(text)
    for harmless in unless:
        said = said.replace(harmless, " ")
    return any(word in said for word in words)


@made_once
def _folded(rules: Crisis) -> tuple[list[str], list[str]]:
    """The words, and the harmless ones, ready for comparing: every message is looked at."""
    return [_bare(word) for word in rules.words], [_bare(word) for word in rules.unless]


def _bare(text: str) -> str:
    return fold(text).replace(" ", "")
