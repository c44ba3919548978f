"""A card to start from: the tone of a preset, with the places that a brand has to fill in."""

from collections.abc import Iterable
from typing import Final

from bot.settings.schema.card import PersonaKind
from bot.settings.schema.presets import PRESETS, Preset

_KINDS: Final = {Preset.EXPERT: PersonaKind.EXPERT}
"""What kind of somebody a preset is; the others are persons."""

_FRAGMENT: Final = """\
# {preset}: put this into personas/KEY.yaml, and `persona: KEY` to a group of bot.yaml.
# CHANGE every line above `tone`. What stands under `tone` may be left out: the preset has it.
name: 名字
label: AI 助手
kind: {kind}
preset: {preset}

# Each fact once; texts take it as {{card.KEY}}.
facts:
  age: 年龄感
  role: 角色
  hours: 同事什么时候在

who: 在{{card.brand}}做什么，{{card.age}}，一两句话。
what: 会什么、不会什么；要找真人，发“人工”。
value: 成员得到什么，怎么保证。

memory_points:
  - {{text: 一句口头禅, every_posts: 10}}

tone:
  address: {address}
  liked: [{liked}]
  banned: [{banned}]
  emoji_budget: {emoji_budget}
  exclamation_budget: {exclamation_budget}
  sentence_median: {sentence_median}
  sentence_longest: {sentence_longest}
  particles: [{particles}]
  particles_percent: {particles_percent}
  foreign_self_words: [{foreign_self_words}]

# Twelve approved lines or more; the style of everything else is measured by them.
samples: []
"""


def fragment(preset: Preset) -> str:
    """The beginning of a file personas/KEY.yaml in the tone of ``preset``."""
    tone = PRESETS[preset]
    figures = tone.model_dump(include=set(type(tone).model_fields))
    lists = {name: _listed(value) for name, value in figures.items() if isinstance(value, tuple)}
    kind = _KINDS.get(preset, PersonaKind.PERSON)
    return _FRAGMENT.format(**{**figures, **lists}, preset=preset, kind=kind)


def _listed(words: Iterable[object]) -> str:
    return ", ".join(map(str, words))
