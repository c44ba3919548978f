"""commands.yaml: every command can be typed, and no word means two commands."""

from collections.abc import Iterator

from bot.core.text import fold
from bot.settings.checks.draft import Check, Draft
from bot.settings.nearest import meant
from bot.settings.problems import Finding, Path
from bot.settings.schema.commands import CommandName

FILE = "commands.yaml"

_COMMANDS_PATH = ("commands", "commands")


def check_complete(draft: Draft) -> Iterator[Finding]:
    """Every command of the product has its words."""
    refused = [str(gap[2]) for gap in draft.gaps if gap[:2] == _COMMANDS_PATH and len(gap) == 3]
    missing = [name.value for name in CommandName if name not in draft.commands.commands]
    misspelt = {meant(name, missing) for name in refused}
    for name in missing:
        if name not in misspelt:
            instead = f"add {name}: with words, alias and help"
            yield Finding(FILE, ("commands", name), "missing command", instead, "key")


def check_words(draft: Draft) -> Iterator[Finding]:
    """What a member types, with or without a slash, means one command."""
    owners: dict[str, CommandName] = {}
    for name, command in draft.commands.commands.items():
        path: Path = ("commands", name.value)
        typed = [((*path, "words", index), word) for index, word in enumerate(command.words)]
        for place, word in [*typed, ((*path, "alias"), command.alias)]:
            owner = owners.setdefault(fold(word).removeprefix("/"), name)
            if owner is not name:
                what = f"already a word of commands.{owner}"
                yield Finding(FILE, place, what, "choose another word")


_COMMANDS = frozenset({"commands.commands"})

CHECKS = (
    Check(check_complete, reads=_COMMANDS),
    Check(check_words, reads=_COMMANDS),
)
