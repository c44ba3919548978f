"""A folder of files becomes settings, or the list of everything that is wrong with it.

All mistakes of all files are told at once. Nothing is raised for what stands in the files.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.settings.casting import cast, cast_further
from bot.settings.crosscheck import cross_check
from bot.settings.files import Source, read_sources
from bot.settings.problems import Problem, Problems
from bot.settings.reader import Reader
from bot.settings.settings import Settings


def load_settings(
    directory: Path, environment: Mapping[str, str], added: Mapping[str, str] | None = None
) -> Settings | Problems:
    """Read the configuration in ``directory``.

    ${NAME} is looked up in ``environment``, then in .env of the working directory, .env of
    ``directory`` and the env_file of bot.yaml. ``added`` are files that are read as if they stood
    in the folder: texts by their names. Writes nothing.
    """
    if not directory.is_dir():
        instead = "name the folder that holds bot.yaml"
        return Problems.of([Problem(str(directory), 1, 1, "", "no such folder", instead)])
    sources, problems = read_sources(directory)
    sources |= {name: Source(name, text.encode(), text) for name, text in (added or {}).items()}
    reader = Reader(directory, sources, environment)
    draft = reader.read_draft()
    problems += reader.problems
    problems += [reader.locate(finding) for finding in cross_check(draft)]
    if problems:
        return Problems.of(reader.hide_values(problem) for problem in problems)
    brand = draft.bot.brand.name
    return Settings(
        directory=directory,
        fingerprint=_fingerprint(sources.values(), reader.names_used),
        bot=draft.bot,
        persona=cast(draft.persona, brand),
        personas={
            key: cast_further(draft.persona, card, brand) for key, card in draft.personas.items()
        },
        campaigns=draft.campaigns,
        commands=draft.commands,
        calendar=draft.calendar,
        rewards=draft.rewards,
        members=draft.members,
        outlets=draft.outlets,
        sop=draft.sop,
        content=draft.content,
        knowledge=draft.knowledge,
        zone=ZoneInfo(draft.bot.timezone),
    )


def _fingerprint(sources: Iterable[Source], names: set[str]) -> str:
    """Changes with any file's name or content and with the set of names that are looked up."""
    digest = hashlib.sha256()
    for source in sorted(sources, key=lambda source: source.name):
        digest.update(f"{source.name}\0{len(source.raw)}\0".encode())
        digest.update(source.raw)
    digest.update("\0".join(sorted(names)).encode())
    return digest.hexdigest()
