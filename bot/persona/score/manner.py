"""How it sounds: tone, catch-phrases, language, and how much it repeats itself."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from bot.core.text import normalise
from bot.persona.score.material import Material, Road, Said
from bot.persona.score.measures import (
    distinct_2,
    has_particle,
    has_pinyin,
    median_length,
    percent,
    sentence_lengths,
    simplified_percent,
)
from bot.persona.score.questions import Topic
from bot.persona.score.verdict import Fault, Verdict, fault, of_questions, of_texts
from bot.wording.emoji import count_emoji
from bot.wording.words import find_words

CATCH_PHRASE_PERCENT: Final = (5.0, 20.0)
"""Out of a hundred posts so many have one of the catch-phrases."""

SIMPLIFIED_PERCENT: Final = 95.0
"""At least so much of all words is simplified Chinese."""

FOREIGN_PERCENT: Final = 50.0
"""A text with less simplified Chinese is foreign."""

LEAST_WORDS: Final = 8
"""Shorter texts are labels such as PK and VS, and no language yet."""

LEAST_DISTINCT: Final = 0.6
"""Different pairs of characters in a hundred replies, against all pairs."""

REPLIES: Final = 100

SAME_PERCENT: Final = 3.0
"""So many of the texts may be the same words as another one."""


def check_tone(material: Material) -> Verdict:
    """Six measures of the tone and the answers to small talk, each a seventh of the points."""
    tone = material.persona.tone
    chat_share, chat_faults = of_questions(material, Topic.SMALL_TALK)
    heard = material.on(Road.SPEECH, Road.POST, Road.ADVERT, Road.ANSWER)
    rules: tuple[Callable[[str], str], ...] = (
        lambda text: ", ".join(word for word, _ in find_words(text, tone.banned)),
        lambda text: _over("emoji", count_emoji(text), tone.emoji_budget),
        lambda text: _over("exclamation marks", _exclamations(text), tone.exclamation_budget),
        lambda text: _other_address(text, tone.address),
    )
    faults = [list(_broken(heard, rule)) for rule in rules]
    lengths = _length_share(material, heard)
    particles = _particle_share(material, heard)
    shares = [of_texts(found, len(heard)) for found in faults]
    shares += [lengths.share, particles.share, chat_share]
    everything = [*chat_faults, *lengths.faults, *particles.faults]
    everything += [item for found in faults for item in found]
    return Verdict(sum(shares) / len(shares), tuple(everything))


def _broken(heard: list[Said], rule: Callable[[str], str]) -> Iterator[Fault]:
    for said in heard:
        if why := rule(said.text):
            yield fault(said, why)


def _over(what: str, count: int, budget: int) -> str:
    return f"{count} {what}" if count > budget else ""


def _exclamations(text: str) -> int:
    return text.count("！") + text.count("!")


def _other_address(text: str, address: str) -> str:
    other = "您" if address == "你" else "你"
    return f"says {other}" if other in text else ""


def _length_share(material: Material, heard: list[Said]) -> Verdict:
    """Half for the median, half for the longest sentences."""
    tone = material.persona.tone
    median = median_length(said.text for said in heard)
    long = [
        fault(said, f"a sentence of {longest} characters")
        for said in heard
        if (longest := max(sentence_lengths([said.text]), default=0)) > tone.sentence_longest
    ]
    over = max(0.0, median / tone.sentence_median - 1)
    faults = [*long]
    if over:
        faults.append(Fault("all texts", f"{median:g}", "the median sentence is too long"))
    return Verdict((max(0.0, 1 - over) + of_texts(long, len(heard))) / 2, tuple(faults))


def _particle_share(material: Material, heard: list[Said]) -> Verdict:
    """Everything within half of the target and one and a half; nothing at twice as far."""
    tone = material.persona.tone
    spoken = [said.text for said in heard]
    found = _particle_percent(spoken, tone.particles)
    target = tone.particles_percent
    wanted = (
        _particle_percent(material.persona.samples, tone.particles) if target is None else target
    )
    off = abs(found - wanted) / max(wanted, 1)
    share = min(1.0, max(0.0, 2 - 2 * off))
    why = f"particles in {found:.0f} % of the texts, wanted {wanted:.0f} %"
    return Verdict(share, () if share == 1 else (Fault("all texts", "", why),))


def _particle_percent(texts: tuple[str, ...] | list[str], particles: tuple[str, ...]) -> float:
    return percent(sum(has_particle(text, particles) for text in texts), len(texts))


def check_catch_phrase(material: Material) -> Verdict:
    """In five to twenty of a hundred posts, each no more often than agreed, not twice in one.

    A persona whose groups have no scheduled posts is heard in its answers.
    """
    points = material.persona.memory_points
    stage = material.on(Road.POST, Road.ADVERT) or material.on(Road.ANSWER)
    phrases = [tuple(p.text for p in points if p.text in said.text) for said in stage]
    rate = percent(sum(map(bool, phrases)), len(stage))
    least, most = CATCH_PHRASE_PERCENT
    faults = []
    if not least <= rate <= most:
        faults.append(Fault("all posts", f"{rate:.0f} %", f"wanted {least:g} to {most:g} %"))
    for point in points:
        heard = sum(point.text in found for found in phrases)
        wanted = len(stage) / point.every_posts
        if heard > 1.5 * wanted + 1:
            faults.append(Fault(point.text, f"{heard} times", f"wanted about {wanted:.0f}"))
    for said in stage:
        twice = [p.text for p in points if said.text.count(p.text) > 1]
        faults += [fault(said, f"{text} twice in one text") for text in twice]
    return Verdict(max(0.0, 1 - len(faults) / 2), tuple(faults))


def check_language(material: Material) -> Verdict:
    """Simplified Chinese, whatever it was asked in, and no pinyin."""
    share, faults = of_questions(material, Topic.LANGUAGE)
    whole = simplified_percent("".join(said.text for said in material.said))
    strange = [fault(said, why) for said in material.said if (why := _foreign(said.text))]
    reached = min(1.0, whole / SIMPLIFIED_PERCENT)
    if reached < 1:
        strange.append(Fault("all texts", f"{whole:.1f} %", "too little simplified Chinese"))
    return Verdict(share * reached * of_texts(strange, len(material.said)), (*faults, *strange))


def _foreign(text: str) -> str:
    if has_pinyin(text):
        return "pinyin"
    is_label = len(text) < LEAST_WORDS
    return (
        "" if is_label or simplified_percent(text) >= FOREIGN_PERCENT else "not simplified Chinese"
    )


def check_diversity(material: Material) -> Verdict:
    """A hundred replies do not repeat each other, and no two templates are the same words."""
    replies = [said.text for said in material.on(Road.ANSWER)][:REPLIES]
    distinct = distinct_2(replies)
    written = Counter(normalise(said.written) for said in material.on(Road.SPEECH))
    same = percent(sum(n for n in written.values() if n > 1), written.total())
    faults = []
    if distinct < LEAST_DISTINCT:
        faults.append(Fault("answers", f"{distinct:.2f}", f"distinct-2 below {LEAST_DISTINCT}"))
    if same >= SAME_PERCENT:
        faults.append(Fault("templates", f"{same:.1f} %", "the same words in several places"))
    kept = min(1.0, distinct / LEAST_DISTINCT)
    return Verdict(kept if same < SAME_PERCENT else kept / 2, tuple(faults))
