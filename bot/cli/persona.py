"""``python -m bot persona``: who speaks, how the account is dressed up, and how well it sounds.

Everything follows from the configuration: no database, no model, no network.
"""

import argparse
import os

from bot.cli.location import add_config, refuse
from bot.persona.card import dress
from bot.persona.presets import fragment
from bot.persona.score.judging import judge
from bot.persona.score.scorecard import CHECKS, PASS, Scorecard, points
from bot.persona.score.verdict import Verdict
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.schema.persona import PersonaFile
from bot.settings.schema.presets import Preset
from bot.settings.settings import Settings

EXAMPLES = 3
"""How many texts are shown for each check that lost points."""

_SHOWN = 60
"""Characters of a text that are shown."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "persona", help="show a persona's card, checklist and score", description=__doc__
    )
    add_config(parser)
    parser.add_argument(
        "key", nargs="?", default="", metavar="KEY", help="a file personas/KEY.yaml"
    )
    parser.add_argument(
        "--preset",
        choices=[preset.value for preset in Preset],
        help="print a card to start from instead",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a persona; 1 when the configuration is not usable or the persona fails hard."""
    if arguments.preset:
        print(fragment(Preset(arguments.preset)), end="")
        return 0
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    key: str = arguments.key
    persona = settings.personas.get(key) if key else settings.persona
    if persona is None:
        known = ", ".join(settings.personas) or "none"
        return refuse(f"there is no personas/{key}.yaml; there are: {known}")
    card = judge(settings, persona)
    print("\n".join([*_card(persona), "", *_decoration(settings, persona), "", *_score(card)]))
    return 1 if card.hard_fails else 0


def _card(persona: PersonaFile) -> list[str]:
    tone = persona.tone
    preset = f", preset {persona.preset}" if persona.preset else ""
    return [
        f"{persona.name} ({persona.label}), {persona.kind}{preset}",
        f"  who      {persona.who}",
        f"  what     {persona.what}",
        f"  value    {persona.value}",
        *(f"  {key:<8} {fact}" for key, fact in persona.facts.items()),
        f"  says     {tone.address}; {', '.join(tone.liked)}",
        f"  never    {', '.join(tone.banned)}",
        *(f"  remember {it.text}, every {it.every_posts} posts" for it in persona.memory_points),
    ]


def _decoration(settings: Settings, persona: PersonaFile) -> list[str]:
    groups = [group for group in settings.bot.groups if settings.persona_of(group) is persona]
    if persona.decoration is None:
        return ["Decoration: the card has none; write decoration: in its file."]
    lines = ["Decoration, by hand; tick off what is done"]
    if not groups:
        lines.append("  no group names this persona yet")
    for group in groups:
        lines.append(f"  {group.name} ({group.key})")
        for thing in dress(persona, group.name):
            length = f"{len(thing.text)} of {thing.most} characters" if thing.most else "a picture"
            mark = ": TOO LONG" if thing.is_too_long else ""
            text = thing.text.replace("\n", "\n" + " " * 8)
            lines.append(f"    [ ] {thing.item} ({length}{mark})\n        {text}")
    return lines


def _score(card: Scorecard) -> list[str]:
    lines = [f"Score {card.total:.1f} of 100; {PASS:g} are wanted"]
    for name, verdict in card.verdicts.items():
        got = points(name, verdict)
        hard = "  HARD FAIL" if verdict.hard else ""
        lines.append(f"  {name:<15} {got:5.1f} of {CHECKS[name].weight:>2}{hard}")
        lines += _examples(verdict)
    if card.style is not None:
        drift = ": DRIFTED" if card.style.has_drifted else ""
        lines.append(
            f"Style: likeness to the samples {card.style.said:.2f}, of the card's other texts"
            f" {card.style.approved:.2f}{drift}"
        )
    return lines


def _examples(verdict: Verdict) -> list[str]:
    shown = [
        f"      {fault.where}: {fault.why}: {_short(fault.text)}"
        for fault in verdict.faults[:EXAMPLES]
    ]
    more = len(verdict.faults) - len(shown)
    return [*shown, f"      and {more} more"] if more > 0 else shown


def _short(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
