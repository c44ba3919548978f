"""Reading what an owner typed after 发红包, and keeping it until he confirms.

``points shares``, then in any order how it is split, 红包雨 with a number, and what pays; last of
all who may claim, because names and passwords may hold spaces::

    100 10 普通
    300 30 红包雨 6
    100 10 专属 @小鹿 @阿晴
    100 10 口令 春风十里
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, assert_never

from bot.core.ids import MemberId
from bot.core.money import Currency
from bot.core.text import fold, normalise
from bot.rewards.packets.packets import Gate, GateKind, PacketKind, Purse, Terms

_NUMBERS = re.compile(r"(\d{1,7})[^\d\s]{0,2}\s+(\d{1,5})[^\d\s]{0,2}(?:\s+(.*))?")
"""Points and shares; a unit of up to two characters may follow each number."""


class Word(StrEnum):
    """The words of the form beside the kinds; each is a template ``packet.word_…``."""

    EXCLUSIVE = "exclusive"
    TAG = "tag"
    PASSWORD = "password"  # noqa: S105 (the name of a word)
    TASK = "task"
    CHECKIN = "checkin"
    QUIZ = "quiz"
    RAIN = "rain"
    NEWCOMERS = "newcomers"
    CAMPAIGN = "campaign"
    CASH = "cash"


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed. ``names`` are the members of an exclusive packet, ``tag`` whose tag."""

    terms: Terms
    names: tuple[str, ...] = ()
    tag: str = ""


def read_form(typed: str, label: Callable[[str], str]) -> Form | None:
    """What ``typed`` asks for, or None when it cannot be understood.

    ``label`` gives the operator's word of a template.
    """
    match = _NUMBERS.fullmatch(normalise(typed))
    if match is None:
        return None
    words: dict[str, PacketKind | Word] = {str(kind): kind for kind in PacketKind}
    words |= {fold(label(f"packet.kind_{kind}")): kind for kind in PacketKind}
    words |= {fold(label(f"packet.word_{word}")): word for word in Word}
    form = Form(Terms(PacketKind.LUCKY, int(match[1]), int(match[2])))
    return _read_rest(form, match[3] or "", words)


def _read_rest(form: Form, rest: str, words: dict[str, PacketKind | Word]) -> Form | None:
    """``form`` with the options and the gate that ``rest`` names."""
    terms = form.terms
    while rest:
        head, _, rest = rest.partition(" ")
        word = words.get(fold(head))
        match word:
            case PacketKind():
                terms = replace(terms, kind=word)
            case Word.TASK:
                continue
            case Word.NEWCOMERS:
                terms = replace(terms, membership_hours=0)
            case Word.CASH:
                terms = replace(terms, currency=Currency.FEN)
            case Word.RAIN:
                drops, _, rest = rest.partition(" ")
                if not (drops.isascii() and drops.isdecimal() and 1 < int(drops) < 1000):
                    return None
                terms = replace(terms, drops=int(drops))
            case Word.CAMPAIGN:
                campaign, _, rest = rest.partition(" ")
                if not campaign:
                    return None
                terms = replace(terms, purse=Purse.CAMPAIGN, campaign=campaign)
            case Word.EXCLUSIVE | Word.PASSWORD | Word.CHECKIN | Word.QUIZ:
                return _read_gate(replace(form, terms=terms), word, rest, words)
            case Word.TAG | None:
                return None
            case _:
                assert_never(word)
    return replace(form, terms=terms)


def _read_gate(
    form: Form, word: Word, rest: str, words: dict[str, PacketKind | Word]
) -> Form | None:
    """``form`` with its last part, which says who may claim."""
    if word is Word.CHECKIN:
        gate = Gate(GateKind.CHECKIN)
        return None if rest else replace(form, terms=replace(form.terms, gate=gate))
    if word is Word.PASSWORD:
        gate = Gate.password(rest)
        return replace(form, terms=replace(form.terms, gate=gate)) if gate.secret else None
    if word is Word.QUIZ:
        question, _, reply = rest.rpartition(" ")
        gate = Gate.quiz(question.strip(), reply)
        known = gate.words and gate.secret
        return replace(form, terms=replace(form.terms, gate=gate)) if known else None
    head, _, tag = rest.partition(" ")
    if words.get(fold(head)) is Word.TAG:
        return replace(form, tag=tag.strip()) if tag.strip() else None
    names = tuple(name for part in rest.split("@") if (name := part.strip()))
    return replace(form, names=names) if names else None


def to_payload(terms: Terms) -> dict[str, Any]:
    """Terms as a proposal keeps them."""
    gate = terms.gate
    return {
        "kind": terms.kind,
        "points": terms.points,
        "shares": terms.shares,
        "gate": [gate.kind, gate.words, gate.secret, list(gate.guests)],
        "drops": terms.drops,
        "purse": terms.purse,
        "campaign": terms.campaign,
        "currency": terms.currency,
        "membership_hours": terms.membership_hours,
    }


def from_payload(payload: dict[str, Any]) -> Terms:
    """The terms of ``to_payload``."""
    kind, words, secret, guests = payload["gate"]
    return Terms(
        kind=PacketKind(payload["kind"]),
        points=payload["points"],
        shares=payload["shares"],
        gate=Gate(GateKind(kind), words, secret, tuple(MemberId(guest) for guest in guests)),
        drops=payload["drops"],
        purse=Purse(payload["purse"]),
        campaign=payload["campaign"],
        currency=Currency(payload["currency"]),
        membership_hours=payload["membership_hours"],
    )
