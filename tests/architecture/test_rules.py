"""Rules of the house that no linter knows: read from the source, with lists that only shrink."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from bot.core.payouts import Stop
from bot.core.pictures import DayState
from bot.games.game import GameKind, MissedBecause, VoteTurn
from bot.growth.referrals import News, Rejection
from bot.handlers.packets.form import Word as PacketWord
from bot.handlers.submissions.reviewing import Unpaid
from bot.members.submissions.submission import State as SubmissionState
from bot.outlets.states import MomentState
from bot.persona.answering import ABOUT_ITSELF
from bot.persona.card import Item as CardItem
from bot.persona.score.verdict import CheckName
from bot.reports.usual import JUDGED, Basis
from bot.rewards.ledger.transfers import ROADS, AccountKind
from bot.rewards.lottery.rounds import RefusedBecause as DrawRefused
from bot.rewards.lottery.rounds import WinState
from bot.rewards.packets.packets import PacketKind, Purse
from bot.rewards.payout.marking import Mark
from bot.rewards.payout.payout import PayoutState
from bot.rewards.redemption.asking import GIVEN_BACK
from bot.rewards.redemption.redemption import RedemptionState, Span
from bot.schedules.planner import Refusal
from bot.schedules.rules import Rule
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.card import PersonaKind
from bot.settings.schema.experiments import Outcome
from bot.settings.schema.members import Act
from bot.settings.schema.rewards.boards import Measure, Period
from bot.settings.schema.rewards.lottery import LotteryMode
from bot.settings.schema.templates import TEMPLATES

from .source import (
    Module,
    docstrings,
    imported,
    modules,
    modules_of,
    public_definitions,
    strings,
)

# ---- templates

SPEAKERS = (
    "bot/handlers",
    "bot/pipeline",
    "bot/schedules",
    "bot/growth",
    "bot/rewards",
    "bot/persona",
    "bot/app",
)
"""Where texts are said."""

QUERYING = {"bot/schedules/sop/beginnings.py"}
"""Modules among them whose strings with a dot name columns."""

TO_MEMBERS = [
    reason for reason, roads in ROADS.items() if any(AccountKind.MEMBER in road for road in roads)
]
"""Reasons for which points reach or leave a member, so that he reads them in his statement."""

TOLD_PAYOUTS = set(PayoutState) - {PayoutState.NEW, PayoutState.UNKNOWN, PayoutState.ACCEPTED}
"""States of a payout that somebody is told of; in the others it goes on by itself."""

GUESS_MISSES = {MissedBecause.LATE, MissedBecause.NO_TRIES}
CHAIN_MISSES = set(MissedBecause) - GUESS_MISSES - {MissedBecause.WRONG}
"""Why a move of each kind of game is refused."""

FAMILIES: dict[str, set[str]] = {
    "persona.{command}": {f"persona.{name}" for name in ABOUT_ITSELF},
    "boundary.{boundary}": set(),  # the card's own texts, which are no templates
    "small_talk.{topic}": set(),
    "card.item_{thing.item}": {f"card.item_{item}" for item in CardItem},
    "card.kind_{persona.kind}": {f"card.kind_{kind}" for kind in PersonaKind},
    "card.check_{name}": {f"card.check_{name}" for name in CheckName},
    "chain.{how}": {"chain.fresh", "chain.helped"},
    "chain.link_{how}": {"chain.link_same", "chain.link_sound"},
    "chain.missed_{because}": {f"chain.missed_{because}" for because in CHAIN_MISSES},
    "guess.missed_{because}": {f"guess.missed_{because}" for because in GUESS_MISSES},
    "game.name_{kind}": {f"game.name_{kind}" for kind in GameKind},
    "vote.voted_{result.turn}": {f"vote.voted_{turn}" for turn in VoteTurn},
    "invite.rejected_{verdict.reason}": {f"invite.rejected_{reason}" for reason in Rejection},
    "invite.{told.news}": {f"invite.{news}" for news in News},
    "moments.{state}": {"moments.expired", "moments.failed", "moments.unknown"},
    "moments.state_{moment.state}": {
        f"moments.state_{state}" for state in MomentState if state is not MomentState.SKIPPED
    },
    "plan.state_{state}": {
        f"plan.state_{state}" for state in ("awaits", "locked", "approved", "edited")
    },
    "plan.refused_{Refusal.NO_SLOT}": {"plan.refused_no_slot"},
    "plan.why_{rule}": {f"plan.why_{rule.name.lower()}" for rule in Rule},
    "plan.refused_{refused.why}": {f"plan.refused_{why}" for why in Refusal},
    "pillar.{front.pillar}": {f"pillar.{pillar}" for pillar in Pillar},
    "kind.{front.kind}": {f"kind.{kind}" for kind in Kind},
    "pillar.{pillar}": {f"pillar.{pillar}" for pillar in Pillar},
    "kind.{kind}": {f"kind.{kind}" for kind in Kind},
    "reports.basis_{one.basis}": {f"reports.basis_{basis}" for basis in Basis},
    "reports.measure_{measure}": {f"reports.measure_{measure}" for measure in (*JUDGED, *Outcome)},
    "cause.{entry.reason}": {f"cause.{reason}" for reason in TO_MEMBERS},
    "act.{act}": {f"act.{act}" for act in Act},
    "act.{evidence}": {f"act.{act}" for act in Act},
    "source.{tag.source}": {"source.rule", "source.person"},
    "packet.kind_{kind}": {f"packet.kind_{kind}" for kind in PacketKind},
    "packet.kind_{terms.kind}": {f"packet.kind_{kind}" for kind in PacketKind},
    "packet.word_{word}": {f"packet.word_{word}" for word in PacketWord},
    "packet.purse_{terms.purse}": {f"packet.purse_{purse}" for purse in Purse},
    "packet.purse_{ended.terms.purse}": {f"packet.purse_{purse}" for purse in Purse},
    "boards.measure_{measure}": {f"boards.measure_{measure}" for measure in Measure},
    "boards.unit_{board.measure}": {f"boards.unit_{measure}" for measure in Measure},
    "boards.period_{period}": {f"boards.period_{period}" for period in Period},
    "boards.period_{span.period}": {f"boards.period_{period}" for period in Period},
    "makeup.{part}_sign": {f"makeup.{part}_sign" for part in ("year", "month", "day")},
    "calendar.days_{state}": {
        f"calendar.days_{state}" for state in set(DayState) - {DayState.TODAY, DayState.FUTURE}
    },
    "payout.marked_{mark}": {f"payout.marked_{mark}" for mark in Mark},
    "payout.state_{payout.state}": {f"payout.state_{state}" for state in PayoutState},
    "payout.state_{result.state}": {f"payout.state_{state}" for state in PayoutState},
    "payout.told_{payout.state}": {f"payout.told_{state}" for state in TOLD_PAYOUTS},
    "payout.stopped_{pause.stop}": {
        f"payout.stopped_{stop}" for stop in set(Stop) - {Stop.TOO_OFTEN}
    },
    "redeem.limit_{result.span}": {f"redeem.limit_{span}" for span in Span},
    "redeem.state_{redemption.state}": {f"redeem.state_{state}" for state in RedemptionState},
    "lottery.mode_{found.terms.mode}": {f"lottery.mode_{mode}" for mode in LotteryMode},
    "lottery.refused_{refused.because}": {
        f"lottery.refused_{because}" for because in set(DrawRefused) - {DrawRefused.ANSWER_FIRST}
    },
    "submissions.state_{one.state}": {f"submissions.state_{state}" for state in SubmissionState},
    "submissions.unpaid_{unpaid}": {f"submissions.unpaid_{why}" for why in Unpaid},
    "prizes.state_{win.state}": {f"prizes.state_{state}" for state in WinState},
    "prizes.state_{redemption.state}": {f"prizes.state_{state}" for state in GIVEN_BACK},
    "{verb}.{'done' if changed else 'already'}": {
        f"{verb}.{end}" for verb in ("pause", "resume") for end in ("done", "already")
    },
}
"""Templates whose names are put together, with all that can come out."""

SPEAK = {"say": 0, "label": 0, "words": 2, "answer": 2}
"""Functions that say something, with the place of the template among their arguments."""

NAMING = {"speaker"}
"""Objects that say something with the member's name filled in, as the functions do."""

_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
_FILE_NAME = re.compile(r"[a-z_]+\.yaml")


def piece(part: ast.expr) -> str:
    """A part of an f-string as it is written."""
    if isinstance(part, ast.FormattedValue):
        return "{" + ast.unparse(part.value) + "}"
    assert isinstance(part, ast.Constant)
    return str(part.value)


def is_formatted(part: ast.expr) -> bool:
    """Whether a part is written in a form of its own, as the digits of an amount are."""
    return isinstance(part, ast.FormattedValue) and part.format_spec is not None


def families_in(tree: ast.Module) -> Iterator[str]:
    """The f-strings of a module that look like the name of a template."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and not any(map(is_formatted, node.values)):
            text = "".join(piece(part) for part in node.values)
            outside = re.sub(r"\{[^}]*\}", "x", text)
            if _NAME.fullmatch(outside):
                yield text


def literals_in(tree: ast.Module) -> set[str]:
    """The strings of a module that look like the name of a template, but for parts of others."""
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    whole = docstrings(tree) | parts
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in whole
        and _NAME.fullmatch(node.value)
        and not _FILE_NAME.fullmatch(node.value)
    }


def calls_in(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Every call that says something, with the expression that names its template."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            place = SPEAK.get(name)
            if place is not None and len(node.args) > place:
                yield node, node.args[place]


SPEAKING = [module for module in modules_of(*SPEAKERS) if module.name not in QUERYING]


def test_the_families_of_templates_are_those_that_the_program_puts_together() -> None:
    assert {text for module in SPEAKING for text in families_in(module.tree)} == set(FAMILIES)


def test_every_template_that_is_said_exists() -> None:
    said = set().union(*FAMILIES.values(), *(literals_in(module.tree) for module in SPEAKING))

    assert said - set(TEMPLATES) == set()


def test_every_template_that_exists_is_said_somewhere() -> None:
    said = set().union(*FAMILIES.values(), *(literals_in(module.tree) for module in SPEAKING))

    assert set(TEMPLATES) - said == set()


def test_every_call_that_says_something_names_its_template_so_that_it_can_be_checked() -> None:
    calls = [call for module in SPEAKING for call in calls_in(module.tree)]
    assert len(calls) > 50
    for call, template in calls:
        if isinstance(template, ast.Constant):
            assert template.value in TEMPLATES, f"line {call.lineno}"


def test_every_call_fills_all_slots_that_an_operator_may_use() -> None:
    checked = 0
    for module in SPEAKING:
        for call, template in calls_in(module.tree):
            given = {keyword.arg for keyword in call.keywords}
            if not isinstance(template, ast.Constant) or None in given:
                continue  # put together, or with slots from elsewhere: the handlers' tests see it
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            if owner is None or (isinstance(owner, ast.Name) and owner.id in NAMING):
                given.add("name")
            name = str(template.value)
            missing = TEMPLATES[name].slots - {str(slot) for slot in given}
            assert not missing, f"{module.name}:{call.lineno} {name} lacks {missing}"
            checked += 1
    assert checked > 40


# ---- Chinese

CHINESE = re.compile("[\u3400-\u9fff]")
CHINESE_SIGNS = re.compile("[\u3000-\u303f\uff01-\uff1f\uff21-\uffee]")
"""Without the wide @, which is read and never said."""
WORDLESS = ("bot/handlers", "bot/pipeline", "bot/growth", "bot/rewards", "bot/outbox")


def tokens_with(module: Module, pattern: re.Pattern[str]) -> list[str]:
    """Literals that match, found in the tokens: a second look that does not trust the first."""
    documentation = {
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and id(node) in docstrings(module.tree)
    }
    found = []
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        is_text = token.type == tokenize.STRING and token.start[0] not in documentation
        if is_text and pattern.search(token.string):
            found.append(f"{module.name}:{token.start[0]} {token.string}")
    return found


@pytest.mark.parametrize("module", modules_of(*WORDLESS), ids=lambda module: module.name)
def test_what_members_read_is_written_in_the_configuration_and_not_in(module: Module) -> None:
    found = [text for _, text in strings(module.tree) if CHINESE.search(text)]

    assert found == []
    assert tokens_with(module, CHINESE) == []


@pytest.mark.parametrize("module", modules_of("bot/handlers"), ids=lambda module: module.name)
def test_not_even_chinese_punctuation_is_said_by(module: Module) -> None:
    assert tokens_with(module, CHINESE_SIGNS) == []


def test_the_search_for_chinese_finds_it() -> None:
    text = '"""说明。"""\nx = "签到"\ny = f"{x}，好"  # 注释\n'
    module = Module("sample.py", text, ast.parse(text))

    assert [value for _, value in strings(module.tree) if CHINESE.search(value)] == ["签到", "，好"]
    assert [line.split()[0] for line in tokens_with(module, CHINESE)] == [
        "sample.py:2",
        "sample.py:3",
    ]


# ---- who may use which library

ALLOWED = {
    "tortoise": (
        "bot/store/db.py",
        "bot/store/fields.py",
        "bot/store/readers.py",
        "bot/growth/models.py",
        "bot/members/models.py",
        "bot/outbox/models.py",
        "bot/pipeline/proposals.py",
        "bot/rewards/ledger/models.py",
        "bot/schedules/publisher.py",
    ),
    "aiohttp": ("bot/channels/", "bot/web/", "bot/simulator/"),
    "aiosmtplib": ("bot/channels/email.py",),
    "aiosmtpd": ("bot/simulator/mail.py",),
    "apscheduler": ("bot/schedules/ticker.py",),
    "sqlite3": (
        "bot/store/",
        "bot/growth/",
        "bot/members/",
        "bot/outbox/",
        "bot/pipeline/",
        "bot/rewards/",
        "bot/schedules/",
    ),
}
"""By library: the modules, or folders of modules, that may import it."""


def test_the_oracle_of_the_tests_judges_from_outside() -> None:
    """What wechatpy reads of ours proves something because nothing of ours comes from it."""
    assert [module.name for module in modules() if "wechatpy" in imported(module.tree)] == []


@pytest.mark.parametrize("library", ALLOWED)
def test_a_library_is_imported_only_where_the_plan_of_the_house_allows(library: str) -> None:
    users = [module.name for module in modules() if library in imported(module.tree)]

    assert users
    assert [name for name in users if not name.startswith(ALLOWED[library])] == []


# ---- size, documentation, time

MOST_WITHOUT_DOCSTRING = 36
"""Public names without one, all of them short. This number may only become smaller."""

TRIVIAL_LINES = 12
"""A name without a docstring has at most so many lines."""

FUNCTION_LINES = 60
FILE_LINES = 400


def undocumented() -> list[tuple[str, int]]:
    return [
        (f"{module.name}:{name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for module in modules()
        for name, node in public_definitions(module.tree)
        if ast.get_docstring(node) is None
    ]


def test_what_is_public_says_what_it_promises() -> None:
    names = [name for name, _ in undocumented()]

    assert len(names) <= MOST_WITHOUT_DOCSTRING, names


def test_only_what_is_trivial_has_no_docstring() -> None:
    assert [name for name, lines in undocumented() if lines > TRIVIAL_LINES] == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_module_says_its_one_idea_first(module: Module) -> None:
    assert ast.get_docstring(module.tree)


def test_no_function_is_longer_than_a_page() -> None:
    long = [
        f"{module.name}:{node.lineno} {node.name}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES
    ]

    assert long == []


def test_no_file_has_more_than_one_idea_worth_of_lines() -> None:
    long = {module.name: len(module.text.splitlines()) for module in modules()}

    assert {name: lines for name, lines in long.items() if lines > FILE_LINES} == {}


WALL_CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}


def test_the_hour_is_asked_of_a_clock_only() -> None:
    asked = {
        module.name
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today", "time"}
        and ".".join(ast.unparse(node).split(".")[-2:]) in WALL_CLOCKS
    }

    assert asked == {"bot/core/clock.py"}
