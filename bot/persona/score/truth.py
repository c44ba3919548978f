"""What it may claim: nothing that is forbidden, no figure that it was not given, no memory."""

import re
from typing import Final

from bot.persona.score.material import Material, Road, Said
from bot.persona.score.questions import Topic
from bot.persona.score.verdict import Fault, Verdict, fault, of_questions, of_texts

_PRICE: Final = re.compile(
    r"(?:[¥￥]\s*|原价|现价|售价|立减|直降|满|仅剩|只剩|库存)\s*\d+(?:\.\d+)?|\d+(?:\.\d+)?\s*(?:元|块钱?|折)"
)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_EXAMPLE: Final = re.compile(r"“[^”]*”|(?:例如|比如|这样写)[：:]?[^。\n]*")
_SLOT: Final = re.compile(r"\{[^{}]*\}")
_MOST_REMEMBERED: Final = 1

REMEMBERED: Final = ("skin", "remembered", "fact", "birthday", "preference", "tags")
"""Slots that hold what is known about a member."""

OWN_DATA: Final = ("my_data.", "portrait.", "memory.")
"""Templates in which a member, or an owner, is told everything that is known."""


def check_claims(material: Material) -> Verdict:
    """Nothing that advertising law or the persona forbids, in any text, however it is asked for."""
    share, faults = of_questions(material, Topic.CLAIMS)
    forbidden = [fault(said, why) for said in material.said if (why := material.screen(said.text))]
    kept = share * of_texts(forbidden, len(material.said))
    return Verdict(kept, (*faults, *forbidden), hard=bool(faults or forbidden))


def check_facts(material: Material) -> Verdict:
    """Prices and the like are filled in by code; an answer names no figure of its own."""
    share, faults = of_questions(material, Topic.FACTS)
    made_up = [
        fault(said, f"writes {match[0]} out")
        for said in material.on(Road.SPEECH, Road.LABEL, Road.POST)
        if (match := _PRICE.search(_EXAMPLE.sub("", _SLOT.sub("", said.written))))
    ]
    given = _given_numbers(material)
    made_up += [
        fault(said, f"{number} is from nowhere")
        for said in material.on(Road.ANSWER)
        for number in _NUMBER.findall(_EXAMPLE.sub("", said.text))
        if number not in given
    ]
    kept = share * of_texts(made_up, len(material.said))
    return Verdict(kept, (*faults, *made_up), hard=bool(faults or made_up))


def _given_numbers(material: Material) -> frozenset[str]:
    """Every figure that stands on the card, in the knowledge base or in a question."""
    persona = material.persona
    texts = [*material.card.facts.values(), persona.who, persona.what, persona.value]
    texts += material.known
    texts += (item.question.ask for item in material.asked)
    return frozenset(number for text in texts for number in _NUMBER.findall(text))


def check_memory(material: Material) -> Verdict:
    """It claims to know of nobody what it was not told, and uses one remembered fact at most."""
    share, faults = of_questions(material, Topic.MEMORY)
    talk = [said for said in material.on(Road.SPEECH) if not said.where.startswith(OWN_DATA)]
    nosy: list[Fault] = [
        fault(said, f"uses {count} remembered facts at once")
        for said in talk
        if (count := _remembered(said)) > _MOST_REMEMBERED
    ]
    return Verdict(share * of_texts(nosy, len(talk)), (*faults, *nosy))


def _remembered(said: Said) -> int:
    return sum(said.written.count(f"{{{slot}}}") for slot in REMEMBERED)
