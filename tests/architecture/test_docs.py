"""The documentation is tested against the code: whatever it names exists and is spelled so."""

import ast
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

import bot
from bot.cli.check import summarise
from bot.cli.main import COMMANDS
from bot.core.clock import ShiftableClock
from bot.core.metrics import Metrics
from bot.platforms.describe import render_channels
from bot.rewards.audit.audit import CHECKS
from bot.settings.json_schema import schemas
from bot.settings.load import load_settings
from bot.settings.pages import Pages
from bot.settings.problems import Problems
from bot.settings.reference import render_reference
from bot.simulator.simulator import Simulator
from bot.web.callbacks import Callbacks
from bot.web.pages.links import LinkPages
from bot.web.pages.lottery import LotteryPages
from bot.web.pages.member_pages import MemberPages
from bot.web.pages.payout import PayoutPages
from bot.web.status import Health, Status
from tests.support.brand import Live
from tests.support.settings import CONFIG, REPOSITORY, example_settings

READMES = (REPOSITORY / "README.md", REPOSITORY / "README.zh-CN.md")
SIMULATOR = REPOSITORY / "docs" / "simulator.md"
DOCS = (*READMES, REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "docs").rglob("*.md")))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
_PATH = re.compile(r"(?<![\w/.-])(?:bot|config|docs|tests|benchmarks)/[\w./*-]*")
_ADDRESS = re.compile(r"(?<![\w.}])/(?:sim|m|r|pay|callback|healthz|metrics)\b[\w/{}.-]*")
_STORY = re.compile(r"^## Your first post, .*?(?=^## )", re.MULTILINE | re.DOTALL)
"""It makes files of its own; ``test_operators_story.py`` walks through it."""

_METHODS = "GET|POST|PUT|PATCH|DELETE"
_ROUTE = re.compile(rf"^\| `({_METHODS}) (/[^`?]+)[^`]*` \|", re.MULTILINE)
_PATTERN = re.compile(r"\{(\w+):((?:[^{}]|\{[^{}]*\})*)\}")
_DOTTED = re.compile(r"([A-Z]\w+)\.(\w+)(?:\(.*\))?")

every_document = pytest.mark.parametrize(
    "document", DOCS, ids=[str(path.relative_to(REPOSITORY)) for path in DOCS]
)
both_readmes = pytest.mark.parametrize("readme", READMES, ids=[path.name for path in READMES])
pages_with_addresses = pytest.mark.parametrize(
    "page", [*READMES, SIMULATOR], ids=[path.name for path in (*READMES, SIMULATOR)]
)


def code_of(text: str) -> Iterator[str]:
    """Everything that stands as code: spans, and the lines of blocks."""
    for _, block in _FENCE.findall(text):
        yield from block.splitlines()
    yield from _SPAN.findall(_FENCE.sub("", text))


def blocks_of(text: str) -> list[tuple[str, str]]:
    """Language and content of each code block."""
    return _FENCE.findall(text)


def headings_of(text: str) -> list[str]:
    """The depth of each heading, in order."""
    return re.findall(r"^(#+) ", _FENCE.sub("", text), re.MULTILINE)


def glossary_of(text: str) -> list[tuple[str, str]]:
    """English and Chinese of each line of the glossary's table."""
    _, _, rest = text.partition("| English | 中文 |\n|---|---|\n")
    table, _, _ = rest.partition("\n\n")
    return [(english, chinese) for english, chinese in re.findall(r"\| (.+?) \| (.+?) \|", table)]


def texts_of(folder: Path, *suffixes: str) -> str:
    """All texts below ``folder`` as one."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in suffixes)
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


async def no_health() -> Health:
    raise NotImplementedError


@pytest.fixture
def routes(tmp_path: Path) -> list[web.RouteDef]:
    """What the program serves; the objects are built and nothing is started."""
    simulator = Simulator(
        example_settings().bot, ShiftableClock(), tmp_path, lambda: "http://127.0.0.1:9"
    )
    metrics = Metrics()
    nobody: Any = None  # routes() asks for nobody
    clock, live = ShiftableClock(), Live(example_settings())
    callbacks = Callbacks(codecs={}, reception=nobody, clock=clock, metrics=metrics)
    pages = MemberPages(live, Pages(live, ""), {}, nobody, clock)
    lotteries = LotteryPages(live, nobody, nobody)
    links = LinkPages(live, Pages(live, ""), nobody, clock)
    payouts = PayoutPages(nobody, nobody, nobody, nobody, clock, nobody)
    status = Status(no_health, metrics)
    return [
        *(*callbacks.routes(), *lotteries.routes(), *payouts.routes(), *pages.routes()),
        *(*links.routes(), *status.routes(), *simulator.routes()),
    ]


def path_of(route: web.RouteDef) -> str:
    """A route's path as a page writes it: parts by name alone, but for one that takes the rest."""
    return _PATTERN.sub(lambda part: part[0] if part[2] == ".*" else f"{{{part[1]}}}", route.path)


def is_served(routes: list[web.RouteDef], method: str, path: str) -> bool:
    """Whether ``method path`` is answered; {names} of either side stand for anything."""
    for route in routes:
        pattern = re.sub(r"\\\{\w+:\.\\\*\\\}", ".*", re.escape(path_of(route)))
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", pattern)
        if route.method in (method, "*") and re.fullmatch(pattern, path):
            return "{rest:" not in route.path
    return False


@every_document
def test_every_subcommand_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"python -m bot ([a-z]+)", "\n".join(code_of(text)))
    assert set(named) <= set(COMMANDS)


@both_readmes
def test_the_readme_shows_every_subcommand(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    assert set(re.findall(r"python -m bot ([a-z]+)", text)) == set(COMMANDS)


@both_readmes
def test_check_and_audit_print_what_the_readme_shows(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    block = next(block for _, block in blocks_of(text) if block.startswith("config: good\n"))
    shown = [line for line in block.splitlines()[1:] if line != "  ..."]
    assert set(shown) <= set(summarise(example_settings()))
    assert f"\nThe books are right: {len(CHECKS)} facts hold.\n" in text


@every_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    lines = code_of(document.read_text(encoding="utf-8"))
    named = {found[1] for line in lines if (found := re.match(r"make ([a-z]+)\b", line))}
    assert named <= targets


def test_the_build_script_tests_and_then_checks() -> None:
    script = REPOSITORY / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("make ")] == ["make test", "make check"]
    assert script.stat().st_mode & 0o111 == 0o111


@pages_with_addresses
def test_every_address_in_a_table_is_served(page: Path, routes: list[web.RouteDef]) -> None:
    named = _ROUTE.findall(page.read_text(encoding="utf-8"))
    assert len(named) > 7
    assert [line for line in named if not is_served(routes, *line)] == []


def test_every_route_for_scripts_is_on_the_simulators_page(routes: list[web.RouteDef]) -> None:
    named = _ROUTE.findall(SIMULATOR.read_text(encoding="utf-8"))
    ours = {(route.method, route.path) for route in routes if route.path.startswith("/sim/api/")}
    assert ours - set(named) == set()
    assert len(named) == len(set(named))


@both_readmes
def test_every_address_for_visitors_is_in_the_readme(
    readme: Path, routes: list[web.RouteDef]
) -> None:
    named = set(_ROUTE.findall(readme.read_text(encoding="utf-8")))
    for_visitors = ("/m/{", "/r/{", "/pay/claim/{", "/pay/notify")
    visited = {
        (route.method, path_of(route)) for route in routes if route.path.startswith(for_visitors)
    }
    assert len(visited) > len(for_visitors)
    assert visited <= named


@pages_with_addresses
def test_every_curl_line_calls_an_address_that_is_served(
    page: Path, routes: list[web.RouteDef]
) -> None:
    lines = [line for line in code_of(page.read_text(encoding="utf-8")) if line.startswith("curl ")]
    assert len(lines) > 7
    for line in lines:
        path = re.search(r"\$SIM(/[\w/-]+)", line)
        said = re.search(rf"-X ({_METHODS}) ", line)
        method = said[1] if said else "POST" if " -d " in line else "GET"
        assert path is not None
        assert is_served(routes, method, f"/sim/api{path[1]}"), line


@every_document
def test_every_address_in_the_text_belongs_to_a_route(
    document: Path, routes: list[web.RouteDef]
) -> None:
    for found in _ADDRESS.findall(document.read_text(encoding="utf-8")):
        address = found.rstrip(".")
        begins = any(path_of(route).startswith(address) for route in routes)
        assert begins or is_served(routes, "GET", address) or is_served(routes, "POST", address), (
            address
        )


@every_document
def test_every_file_that_is_named_exists(document: Path) -> None:
    text = _STORY.sub("", document.read_text(encoding="utf-8"))
    named = {path.rstrip(".") for path in _PATH.findall(text)}
    assert [path for path in sorted(named) if not any(REPOSITORY.glob(path.rstrip("/")))] == []


@every_document
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = _LINK.findall(document.read_text(encoding="utf-8"))
    files = [link for link in links if "://" not in link]
    assert [link for link in files if not (document.parent / link).exists()] == []


@every_document
def test_every_method_or_value_that_is_named_exists(document: Path) -> None:
    known: dict[str, set[str]] = {}
    for file in sorted((REPOSITORY / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                inside = known.setdefault(node.name, set())
                inside |= {
                    part.name
                    for part in node.body
                    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
                }
                inside |= {
                    name.id
                    for part in node.body
                    if isinstance(part, ast.Assign)
                    for name in part.targets
                    if isinstance(name, ast.Name)
                }
    spans = _SPAN.findall(_FENCE.sub("", document.read_text(encoding="utf-8")))
    for span in spans:
        if found := _DOTTED.fullmatch(span):
            assert found[2] in known.get(found[1], set()), span


def test_every_decision_is_in_the_list_of_decisions() -> None:
    folder = REPOSITORY / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_every_decision_has_the_same_four_parts() -> None:
    parts = ["Context", "Decision", "Price", "What would change our mind"]
    for page in sorted((REPOSITORY / "docs" / "decisions").glob("[0-9]*.md")):
        assert re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE) == parts, page.name


def test_both_readmes_have_the_same_headings_and_code_blocks() -> None:
    english, chinese = (path.read_text(encoding="utf-8") for path in READMES)
    assert headings_of(english) == headings_of(chinese)
    assert blocks_of(english) == blocks_of(chinese)


def test_both_readmes_have_the_same_glossary() -> None:
    english, chinese = (path.read_text(encoding="utf-8") for path in READMES)
    assert glossary_of(english) == glossary_of(chinese)


def test_every_term_of_the_glossary_is_used() -> None:
    suffixes = (".py", ".sql", ".yaml", ".md", ".html")
    used = "\n".join(texts_of(REPOSITORY / folder, *suffixes) for folder in ("bot", "config"))
    plain = re.sub(r"[\s_-]+", " ", used).casefold()
    terms = glossary_of(READMES[0].read_text(encoding="utf-8"))
    assert len(terms) > 25
    for english, chinese in terms:
        assert chinese in used, chinese
        assert english.replace("-", " ").casefold() in plain, english


def test_the_configuration_reference_is_what_the_types_say() -> None:
    reference = REPOSITORY / "docs" / "configuration.md"
    assert reference.read_text(encoding="utf-8") == render_reference(), "run make schema"


def test_the_page_of_channels_is_what_the_tables_say() -> None:
    page = REPOSITORY / "docs" / "channels.md"
    assert page.read_text(encoding="utf-8") == render_channels(), "run make schema"


def test_the_schemas_for_editors_are_what_the_types_say() -> None:
    folder = CONFIG / "schema"
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert kept == dict(schemas()), "run make schema"


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert project["project"]["version"] == bot.__version__
    assert re.findall(r"^## \[([^\]]+)\]", changelog, re.MULTILINE)[0] == bot.__version__


def test_check_says_of_the_mistakes_for_operators_what_is_printed_there(tmp_path: Path) -> None:
    """The edits are those that the page tells of; only lines and columns may move."""
    page = (REPOSITORY / "docs" / "operators.md").read_text(encoding="utf-8")
    text = page.partition("## Three mistakes")[2].partition("\n## ")[0]
    shown = [line for _, block in blocks_of(text) for line in block.splitlines() if ":" in line]
    printed = {without_place(line) for line in shown if line.startswith("config/")}
    assert len(printed) == 7
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    edit(config / "content" / "lesson-acid.md", r"^pillar:", "pilar:")
    edit(config / "content" / "lesson-acid.md", r"^kind: lesson", "kind: lesson\nmonths: [11, 13]")
    edit(config / "content" / "lesson-acid.md", r"^果酸", "小主们，果酸")
    edit(config / "calendar.yaml", r"kinds: \[product, activity\]", "kinds: [product, activty]")
    edit(config / "calendar.yaml", r'at: "20:00"', 'at: "22:45"')
    edit(config / "commands.yaml", r"words: \[积分, 我的积分\]", "words: [积分, 我的积分, 明细]")
    edit(config / "persona.yaml", r'(checkin\.done:\n    - ".*?)\{name\}', r"\1{nmae}")
    found = load_settings(config, {})
    assert isinstance(found, Problems)
    said = str(found).replace(str(config), "config")
    assert {without_place(line) for line in said.splitlines()} == printed


def without_place(line: str) -> str:
    """A line of ``check`` without line and column."""
    return re.sub(r"^(\S+?):\d+:\d+", r"\1", line)


def edit(file: Path, pattern: str, replacement: str) -> None:
    """Replace the first place in ``file``; there must be one."""
    before = file.read_text(encoding="utf-8")
    after = re.sub(pattern, replacement, before, count=1, flags=re.MULTILINE)
    assert after != before, f"{file.name} has no {pattern}"
    file.write_text(after, encoding="utf-8")
