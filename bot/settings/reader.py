"""From texts to a draft of the settings: parse, fill in names, validate, repair.

The reader keeps where everything stands, so that findings about the draft get their lines.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from bot.settings import problems as places
from bot.settings.casting import with_preset
from bot.settings.checks.draft import (
    CAMPAIGNS,
    CONTENT,
    KNOWLEDGE,
    PERSONAS,
    Body,
    Draft,
    variant_path,
)
from bot.settings.content_library import read_library
from bot.settings.content_templates import Placed
from bot.settings.environment import Names, is_file, read_names
from bot.settings.explain import explain_all
from bot.settings.files import OPTIONAL_FILES, Source
from bot.settings.markdown_file import Page, parse_markdown
from bot.settings.pictures import look_at
from bot.settings.placeholders import fill
from bot.settings.problems import BODY, Finding, Problem
from bot.settings.repair import Repaired, repair
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
from bot.settings.settings import ContentItem, KnowledgeItem
from bot.settings.shape import shape_of
from bot.settings.yaml_file import Document, parse_yaml

Model = TypeVar("Model", bound=BaseModel)

BOT = "bot.yaml"

_SHORTEST_HIDDEN = 4
"""Hiding shorter values would blank out pieces of ordinary words."""


class Reader:
    """Goes through the files once and collects ``problems`` and ``names_used`` on the way."""

    def __init__(
        self, directory: Path, sources: Mapping[str, Source], environment: Mapping[str, str]
    ) -> None:
        self.problems: list[Problem] = []
        self.names_used: set[str] = set()
        self._directory = directory
        self._documents: dict[str, Document] = {}
        self._pages: dict[str, Page] = {}
        self._tables: dict[str, str] = {}
        self._passages: dict[tuple[str, places.Path], Placed] = {}
        self._originals: dict[str, Callable[[places.Path], places.Path]] = {}
        self._absent: set[str] = set()
        self._gaps: set[places.Path] = set()
        self._missing = {name for name in OPTIONAL_FILES if name not in sources}
        for source in sources.values():
            self._parse(source)
        self._names = self._read_names(environment)

    def read_draft(self) -> Draft:
        """Everything that can be made of the files."""
        content = tuple(self._read_content())
        knowledge = list(self._read_pages(KNOWLEDGE, KnowledgeFront))
        campaigns = dict(self._read_folder(CAMPAIGNS, CampaignFile))
        posts = [post for campaign in campaigns.values() for post in campaign.posts]
        pictures = {name for item in content for name in item.front.pictures}
        pictures |= {name for post in posts for name in post.pictures}
        return Draft(
            bot=self._read_yaml(BOT, BotFile),
            persona=with_preset(self._read_yaml("persona.yaml", PersonaFile)),
            personas={
                key: with_preset(card) for key, card in self._read_folder(PERSONAS, FurtherPersona)
            },
            campaigns=campaigns,
            commands=self._read_yaml("commands.yaml", CommandsFile),
            calendar=self._read_yaml("calendar.yaml", CalendarFile),
            rewards=self._read_yaml("rewards.yaml", RewardsFile),
            members=self._read_yaml("members.yaml", MembersFile),
            outlets=self._read_yaml("outlets.yaml", OutletsFile),
            sop=self._read_yaml("sop.yaml", SopFile),
            content=content,
            knowledge=tuple(KnowledgeItem(key, front, text) for key, front, text in knowledge),
            bodies=tuple(
                Body(file, file.split("/")[0], passage.text, path)
                for (file, path), passage in self._passages.items()
            ),
            pictures={picture: look_at(self._directory, picture) for picture in pictures},
            absent=frozenset(self._absent),
            gaps=frozenset(self._gaps),
        )

    def locate(self, finding: Finding) -> Problem:
        """The finding with the line and column of what it is about."""
        passage = self._passages.get((finding.file, finding.path))
        if passage is not None:
            spot = passage.place(finding.offset)
            return Problem(*spot, "", finding.what, finding.instead)
        path = self._originals[finding.file](finding.path)
        document = self._documents[finding.file]
        return document.problem(path, finding.what, finding.instead, finding.at)

    def hide_values(self, problem: Problem) -> Problem:
        """The problem with ${NAME} in place of every value that came from a name."""
        values = {name: self._names.get(name) or "" for name in self.names_used}
        what, instead = problem.what, problem.instead
        for name, value in sorted(values.items(), key=lambda pair: -len(pair[1])):
            if len(value) >= _SHORTEST_HIDDEN:
                what = what.replace(value, f"${{{name}}}")
                instead = instead.replace(value, f"${{{name}}}")
        return replace(problem, what=what, instead=instead)

    def _shown(self, file: str) -> str:
        return str(self._directory / file)

    def _parse(self, source: Source) -> None:
        shown = self._shown(source.name)
        if source.name.endswith(".csv"):
            self._tables[source.name] = source.text
            return
        if source.name.endswith(".yaml"):
            document, problems = parse_yaml(shown, source.text)
            if document is None:
                self._gaps.add(tuple(source.name.split("/")))
        else:
            page, problems = parse_markdown(shown, source.text)
            document = page.head if page else None
            if page:
                self._pages[source.name] = page
            else:
                self._gaps.add((source.name.split("/")[0], source.name))
        self.problems += problems
        if document:
            self._documents[source.name] = document

    def _read_names(self, environment: Mapping[str, str]) -> Names:
        """The names that can be looked up; says so when a file of them is not there."""
        files = [Path(".env"), self._directory / ".env"]
        bot = self._documents.get(BOT)
        env_file = bot.data.get("env_file") if bot else None
        if bot and isinstance(env_file, str) and env_file.strip():
            extra = self._directory / env_file.strip()
            files.append(extra)
            if not is_file(extra):
                instead = f"make the file {extra}, or remove env_file"
                self.problems.append(bot.problem(("env_file",), "there is no such file", instead))
        names, unreadable = read_names(environment, files, complete=bot is not None)
        for file in unreadable:
            instead = "write NAME=value lines and save the file as UTF-8"
            self.problems.append(Problem(str(file), 1, 1, "", "cannot be read", instead))
        return names

    def _read_yaml(self, file: str, model: type[Model]) -> Model:
        stem = file.removesuffix(".yaml")
        document = self._documents.get(file)
        if file in self._missing:
            return model()
        if document is None:
            self._absent |= {f"{stem}.{name}" for name in model.model_fields}
            return model.model_construct()
        repaired = self._validate(file, document, model)
        self._absent |= {f"{stem}.{name}" for name in repaired.absent}
        self._gaps |= {(stem, *path) for path in repaired.gaps}
        return repaired.model

    def _read_content(self) -> Iterator[ContentItem]:
        """Every item whose head is complete."""
        pages = {f: page for f, page in self._pages.items() if f.startswith(f"{CONTENT}/")}
        items, problems = read_library(self._directory, pages, self._tables)
        self.problems += problems
        if problems:
            self._gaps.add((CONTENT,))
        for raw in items:
            self._documents[raw.file] = raw.head
            self._passages |= {
                (raw.file, variant_path(key)): text for key, text in raw.variants.items()
            }
            repaired = self._validate(raw.file, raw.head, ContentFront, raw.taken)
            if repaired.absent or repaired.gaps:
                self._gaps.add((CONTENT, raw.file))
            if not repaired.absent:
                first, *others = raw.variants.items()
                texts = {key: text.text for key, text in others}
                yield ContentItem(raw.key, repaired.model, first[1].text, texts, raw.template)

    def _read_pages(self, folder: str, model: type[Model]) -> Iterator[tuple[str, Model, str]]:
        """Key, head and text of every Markdown file whose head is complete."""
        for file, page in self._pages.items():
            if not file.startswith(f"{folder}/"):
                continue
            self._passages[file, BODY] = page.body
            repaired = self._validate(file, page.head, model)
            if repaired.absent or repaired.gaps:
                self._gaps.add((folder, file))
            if not repaired.absent:
                key = file.removeprefix(f"{folder}/").removesuffix(".md")
                yield key, repaired.model, page.body.text

    def _read_folder(self, folder: str, model: type[Model]) -> Iterator[tuple[str, Model]]:
        """Key and content of every YAML file of ``folder`` that is complete."""
        for file, document in self._documents.items():
            parent, _, name = file.partition("/")
            if parent != folder:
                continue
            repaired = self._validate(file, document, model)
            if repaired.absent or repaired.gaps:
                self._gaps.add((folder, name))
            if not repaired.absent:
                yield name.removesuffix(".yaml"), repaired.model

    def _validate(
        self,
        file: str,
        document: Document,
        model: type[Model],
        taken: frozenset[places.Path] = frozenset(),
    ) -> Repaired[Model]:
        """``taken`` are paths whose whole value is text, whatever it stands for."""
        shape = shape_of(model)
        filled = fill(document, self._names, lambda path: shape.is_secret(path, document.data))
        filled.filled |= taken
        repaired = repair(model, shape, filled)
        self.names_used |= filled.names
        self.problems += filled.problems
        self.problems += explain_all(document, shape, repaired.refusals, filled.unresolved)
        self._originals[file] = repaired.original
        return repaired
