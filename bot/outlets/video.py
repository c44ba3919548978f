"""短视频: drafts of scripts, from the same items as articles and Moments.

A script opens with what makes one stay (3 seconds), shows three scenes, and ends with a question.
The spoken words are the item's own sentences, in their order: nothing is made up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from bot.outlets.fitting import Fitted, sentences_of, with_closing
from bot.outlets.weeks import Week, items_of, weeks_of
from bot.settings.schema.outlets import Shots, VideoDrafts
from bot.settings.settings import Settings
from bot.wording.folding import fold
from bot.wording.marks import AD, is_marked_ad

HOOK_SECONDS = 3
"""In so many seconds a viewer stays or goes."""

HOOK_CHARACTERS = 15
"""What can be said in that time, at five characters a second."""

SCENES = 3

_BREATH = re.compile(r"[，；：、]")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is seen, said and read, from one second to another."""

    first_second: int
    last_second: int
    picture: str
    spoken: str
    on_screen: str


@dataclass(frozen=True, slots=True)
class Script:
    """A draft. ``hook`` is said in the first three seconds, ``closing`` at the end."""

    name: str
    title: str
    hook: str
    hook_on_screen: str
    scenes: tuple[Scene, ...]
    closing: str
    hashtags: tuple[str, ...]
    notice: str
    label: str
    notes: tuple[str, ...]


def scripts(settings: Settings, today: date, days: int) -> tuple[Script, ...]:
    """The drafts for ``days`` days from ``today`` on; none without a section or without items."""
    rules = settings.outlets.video
    if rules is None:
        return ()
    return tuple(
        _script(rules, shots, week, one)
        for week in weeks_of(today, days)
        for shots, one in _of_week(settings, rules, week)
    )


def as_markdown(script: Script) -> str:
    """The script as a table of scenes, with everything that the editor needs beside it."""
    lines = [
        f"# {script.title}",
        "",
        f"> {script.notice}",
        "",
        f"- 0–{HOOK_SECONDS} s: {script.hook}",
        f"- on screen: {script.hook_on_screen}",
        "",
        "| s | picture | spoken | on screen |",
        "|---|---|---|---|",
        *(
            f"| {scene.first_second}–{scene.last_second} | {scene.picture}"
            f" | {scene.spoken} | {scene.on_screen} |"
            for scene in script.scenes
        ),
        "",
        f"- closing: {script.closing}",
        f"- {' '.join(f'#{word}' for word in script.hashtags)}",
        f"- {script.label}",
        "",
        "---",
        "",
        *(f"- {note}" for note in script.notes),
        "",
    ]
    return "\n".join(lines)


def _of_week(settings: Settings, rules: VideoDrafts, week: Week) -> list[tuple[Shots, Fitted]]:
    """So many items a week, one of each pillar in turn."""
    columns = [
        [(shots, one) for one in items_of(settings, week, shots.pillar, rules.scripts)]
        for shots in rules.shots
    ]
    in_turn = [pair for row in zip_longest(*columns) for pair in row if pair is not None]
    return in_turn[: rules.scripts]


def _script(rules: VideoDrafts, shots: Shots, week: Week, one: Fitted) -> Script:
    front = one.item.front
    advertises = is_marked_ad(fold(one.text))
    body, closing = with_closing(one.text.removeprefix(AD))
    hook = _short(front.title, HOOK_CHARACTERS)
    return Script(
        name=f"{week.first}-{one.item.key}",
        title=f"{AD if advertises else ''}{front.title}",
        hook=hook,
        hook_on_screen=_short(hook, rules.screen_characters),
        scenes=_scenes(rules, shots, _parts(sentences_of(body))),
        closing=closing or front.title,
        hashtags=shots.hashtags,
        notice=rules.notice,
        label=rules.ai_label,
        notes=tuple(_notes(one, advertises=advertises)),
    )


def _parts(sentences: Sequence[str]) -> list[str]:
    """Sentences, the longest cut where one breathes until there is one for each scene."""
    parts = list(sentences)
    while len(parts) < SCENES and (cuttable := [part for part in parts if _cuts(part)]):
        longest = max(cuttable, key=len)
        middle = min(_cuts(longest), key=lambda cut: abs(2 * cut - len(longest)))
        place = parts.index(longest)
        parts[place : place + 1] = [longest[:middle], longest[middle:]]
    return parts


def _cuts(part: str) -> list[int]:
    """Where a part of a sentence can be cut in two."""
    return [found.end() for found in _BREATH.finditer(part) if found.end() < len(part)]


def _scenes(rules: VideoDrafts, shots: Shots, parts: Sequence[str]) -> tuple[Scene, ...]:
    """Three scenes of equal length; what is said is spread over them in order."""
    length = (rules.seconds - HOOK_SECONDS) // SCENES
    found = []
    for number in range(SCENES):
        said = parts[number * len(parts) // SCENES : (number + 1) * len(parts) // SCENES]
        first = HOOK_SECONDS + number * length
        found.append(
            Scene(
                first_second=first,
                last_second=first + length,
                picture=shots.scenes[number],
                spoken="".join(said),
                on_screen=_short(said[0], rules.screen_characters) if said else "",
            )
        )
    return tuple(found)


def _notes(one: Fitted, *, advertises: bool) -> list[str]:
    front = one.item.front
    notes = [f"{one.item.key}: {front.evidence or 'no evidence named'}"]
    notes += [f"picture of the library: {picture}" for picture in front.pictures]
    if advertises:
        notes.append("it sells: the film has to be marked 广告 for as long as it runs")
    return notes


def _short(text: str, most: int) -> str:
    """The first words of a sentence, up to a sign where one breathes."""
    for sign in "，：；、。？！":
        text = text.split(sign, maxsplit=1)[0]
    return text if len(text) <= most else f"{text[: most - 1]}…"
