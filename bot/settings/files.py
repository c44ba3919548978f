"""Which files make up a configuration, and reading them as text."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from bot.settings.csv_table import decode
from bot.settings.problems import Problem
from bot.settings.schema.bot import BotFile
from bot.settings.schema.calendar import CalendarFile
from bot.settings.schema.campaigns import CampaignFile
from bot.settings.schema.commands import CommandsFile
from bot.settings.schema.front_matter import ContentFront, KnowledgeFront
from bot.settings.schema.members import MembersFile
from bot.settings.schema.outlets import OutletsFile
from bot.settings.schema.persona import FurtherPersona, PersonaFile
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.sop import SopFile

YAML_FILES: dict[str, type[BaseModel]] = {
    "bot.yaml": BotFile,
    "persona.yaml": PersonaFile,
    "commands.yaml": CommandsFile,
    "calendar.yaml": CalendarFile,
    "rewards.yaml": RewardsFile,
    "members.yaml": MembersFile,
}
"""Files by name, each with its shape."""

OPTIONAL_FILES: dict[str, type[BaseModel]] = {
    "outlets.yaml": OutletsFile,
    "sop.yaml": SopFile,
}
"""Files that need not be there, each with its shape; one that is not there is as if empty."""

YAML_FOLDERS: dict[str, type[BaseModel]] = {
    "personas": FurtherPersona,
    "campaigns": CampaignFile,
}
"""Folders of YAML files, each with their shape; one that is not there is empty."""

FOLDERS: dict[str, type[BaseModel]] = {"content": ContentFront, "knowledge": KnowledgeFront}
"""Folders of Markdown files, each with the shape of their heads."""

TEMPLATES = "content/templates"
"""The folder of templates and of the tables that they name; it need not be there."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that could be read; ``name`` is relative to the configuration folder."""

    name: str
    raw: bytes
    text: str


def read_sources(directory: Path) -> tuple[dict[str, Source], list[Problem]]:
    """All files of a configuration by name, and what could not be read."""
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    names = [*YAML_FILES, *(name for name in OPTIONAL_FILES if (directory / name).exists())]
    for folder in FOLDERS:
        found = sorted((directory / folder).glob("*.md"))
        names += [f"{folder}/{path.name}" for path in found if not path.name.startswith(".")]
        if not (directory / folder).is_dir():
            where = str(directory / folder)
            problems.append(Problem(where, 1, 1, "", "no such folder", "make it; it may be empty"))
    for pattern in ("*.md", "*.csv"):
        found = sorted((directory / TEMPLATES).glob(pattern))
        names += [f"{TEMPLATES}/{path.name}" for path in found if not path.name.startswith(".")]
    for folder in YAML_FOLDERS:
        found = sorted((directory / folder).glob("*.yaml"))
        names += [f"{folder}/{path.name}" for path in found if not path.name.startswith(".")]
    for name in names:
        read = _read(directory, name)
        if isinstance(read, Source):
            sources[name] = read
        else:
            problems.append(read)
    return sources, problems


def _read(directory: Path, name: str) -> Source | Problem:
    shown = str(directory / name)
    try:
        raw = (directory / name).read_bytes()
    except FileNotFoundError:
        return Problem(shown, 1, 1, "", "no such file", "write it, after the example configuration")
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        return Problem(shown, 1, 1, "", what, "let this program read the file")
    if name.endswith(".csv"):
        table = decode(raw)
        if table is None:
            instead = "save it as CSV UTF-8"
            return Problem(shown, 1, 1, "", "neither UTF-8 nor GB18030 text", instead)
        return Source(name, raw, table)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(errors="replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return Problem(shown, line, column, "", "not UTF-8 text", "save the file as UTF-8")
    return Source(name, raw, text.replace("\r\n", "\n"))
