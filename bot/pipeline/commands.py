"""Understanding what was typed: a command with its words, or just words.

Full-width forms, case, a leading slash and closing punctuation do not matter. A command without
arguments must stand alone, so that talk about 签到 is not a 签到.
"""

from dataclasses import dataclass

from bot.core.text import fold
from bot.settings.schema.commands import Command, CommandName, CommandsFile

TAKES_WORDS = frozenset(
    {
        CommandName.PACKET,
        CommandName.ANNOUNCE,
        CommandName.PORTRAIT,
        CommandName.INVITE,
        CommandName.HUMAN,
    }
)
"""Commands that are followed by words of their own."""

_CLOSING = " 。.!?~,,;;…、"


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command as typed. ``words`` is what followed it, with its own spelling kept."""

    name: CommandName
    words: str = ""


class CommandWords:
    """All words for all commands, longest first."""

    def __init__(self, file: CommandsFile) -> None:
        self._names = sorted(
            (
                (fold(word), name)
                for name, command in file.commands.items()
                for word in _all(command)
            ),
            key=lambda pair: -len(pair[0]),
        )

    def read(self, text: str) -> Invocation | None:
        """The command in ``text``, or None when it is just talk."""
        folded = fold(text).removeprefix("/").lstrip()
        bare = folded.rstrip(_CLOSING)
        for word, name in self._names:
            if bare == word:
                return Invocation(name)
            follows = folded.removeprefix(word) if folded.startswith(word) else ""
            if name in TAKES_WORDS and _starts_words(word, follows):
                return Invocation(name, _after(text, word))
        return None


def _all(command: Command) -> tuple[str, ...]:
    return (*command.words, command.alias)


def _after(text: str, word: str) -> str:
    """What follows the command ``word`` in ``text``, exactly as it was typed."""
    for end in range(1, len(text) + 1):
        if fold(text[:end]).removeprefix("/").lstrip() == word:
            return text[end:].lstrip(" \u3000\t:：,，").rstrip()
    return ""


def _starts_words(word: str, rest: str) -> bool:
    """Whether what follows a command word can be its words rather than more of a sentence."""
    first = rest[:1]
    if not first:
        return False
    if first in " :,@":
        return True
    return word[-1].isascii() is False and first.isascii() and first.isalnum()
