"""The knowledge base: how well it answers, and how fast, beside two other ways to do it.

* ``yutang``: ``KnowledgeBase.search`` as a handler calls it, without a thread of its own.
* ``cosine``: a plain scan over all ways of asking, cosine of characters and pairs by rarity.
* ``rank-bm25``: BM25Okapi of the library of that name, over the same tokens.

Quality is measured on the held-out half of the example brand's questions, time on a base of 5,000
made-up items with six ways of asking each; the three take turns.

    python -m benchmarks.knowledge [--items 5000] [--questions 500] [--fit]

``--fit`` fits the weights of ``bot/persona/knowledge/confidence.py`` on the tuning half anew and
prints them, and the floor: the least of 0.50, 0.55, … that answers at most 2 % of it wrongly.
"""

import argparse
import math
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from rank_bm25 import BM25Okapi

from bot.core.text import fold
from bot.persona.knowledge import confidence
from bot.persona.knowledge.base import MOST_NEAR, Entry, KnowledgeBase
from bot.persona.knowledge.measuring import Question, ask, curve, quality
from bot.persona.knowledge.shelf import build
from tests.support.brand import brand
from tests.unit.persona.knowledge.questions import Half, questions

GOAL_MS: Final = 5.0
MOST_WRONG: Final = 0.02
SHRINKING: Final = 1.0
"""How strongly fitted weights are drawn to 0."""

WAYS: Final = (
    "{a}{b}怎么{c}",
    "{b}的{a}能{c}吗",
    "{c}{a}有什么{b}",
    "为什么{a}{c}以后{b}",
    "请问{b}{a}多久{c}一次",
    "{a}不{c}会{b}吗",
)

Find = Callable[[str], str]
"""A way to find the key of the best entry."""


def plain_cosine(entries: Sequence[Entry]) -> Find:
    """A scan over every way of asking."""
    asked = [(entry.key, _tokens(way)) for entry in entries for way in entry.ways]
    spread = Counter(token for _, tokens in asked for token in tokens)
    rarity = {token: math.log((1 + len(asked)) / (1 + seen)) + 1 for token, seen in spread.items()}

    def vector(tokens: Sequence[str]) -> dict[str, float]:
        counts = Counter(tokens)
        raw = {token: count * rarity.get(token, 10.0) for token, count in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        return {token: weight / length for token, weight in raw.items()}

    vectors = [(key, vector(tokens)) for key, tokens in asked]

    def find(question: str) -> str:
        wanted = vector(_tokens(question))
        return max(vectors, key=lambda each: _cosine(wanted, each[1]))[0]

    return find


def rank_bm25(entries: Sequence[Entry]) -> Find:
    """The library, over the same tokens."""
    keys = [entry.key for entry in entries for _ in entry.ways]
    index = BM25Okapi([_tokens(way) for entry in entries for way in entry.ways])

    def find(question: str) -> str:
        return keys[int(index.get_scores(_tokens(question)).argmax())]

    return find


def yutang(base: KnowledgeBase) -> Find:
    """Ours."""

    def find(question: str) -> str:
        best = base.search(question).best
        return best.entry.key if best else ""

    return find


def made_up(count: int, rng: random.Random) -> list[Entry]:
    """Items of the example brand's words in other company; every one is asked in six ways."""
    base = build(brand().knowledge, brand().persona.knowledge)
    words = sorted(
        {"".join(word.units) for entry in base.entries for way in entry.ways
         for word in base.read(way).words if len(word.units) > 1}
    )  # fmt: skip
    entries = []
    for number in range(count):
        a, b, c = rng.sample(words, 3)
        ways = [way.format(a=a, b=b, c=c) for way in WAYS]
        answer = rng.choice(base.entries).answer
        entries.append(Entry(f"item-{number}", ways[0], tuple(ways[1:]), answer))
    return entries


def report_quality() -> None:
    """The three on the held-out questions that have an answer, then our curve."""
    settings = brand()
    base = build(settings.knowledge, settings.persona.knowledge)
    held_out = questions(Half.HELD_OUT)
    known = [question for question in held_out if question.key]
    print(f"quality: {len(known)} held-out questions with an answer, {len(held_out)} in all")
    ways = {
        "yutang": yutang(base),
        "cosine": plain_cosine(base.entries),
        "rank-bm25": rank_bm25(base.entries),
    }
    for name, find in ways.items():
        hits = sum(find(question.text) == question.key for question in known)
        print(f"  {name:10s} hit@1 {hits / len(known):.1%}")
    near = base.settings.near
    for point in curve(ask(base, held_out), near=near):
        mark = " <- configured" if math.isclose(point.floor, base.settings.floor) else ""
        print(
            f"  floor {point.floor:.2f}  right {point.right:5.1%}  offered {point.offered:5.1%}"
            f"  wrong {point.wrong:5.1%}  misled {point.misled:5.1%}{mark}"
        )


def report_speed(items: int, count: int) -> None:
    """Time of one question, each way in turn."""
    rng = random.Random(5)
    entries = made_up(items, rng)
    asked = [rng.choice(rng.choice(entries).ways) for _ in range(count)]
    asked = [text[: len(text) // 2] + "啊" + text[len(text) // 2 :] for text in asked]
    print(f"time: {items:,} items, {items * len(WAYS):,} ways of asking, {count} questions")
    started = time.perf_counter()
    base = KnowledgeBase(entries, brand().persona.knowledge)
    print(f"  built in {time.perf_counter() - started:.1f} s")
    ways = {
        "yutang": yutang(base),
        "cosine": plain_cosine(entries),
        "rank-bm25": rank_bm25(entries),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for number, text in enumerate(asked):
        for name, find in ways.items():
            if name == "yutang" or number % 10 == 0:
                before = time.perf_counter()
                find(text)
                spent[name].append((time.perf_counter() - before) * 1000)
    for name, times in spent.items():
        p99 = sorted(times)[int(len(times) * 0.99)]
        print(f"  {name:10s} median {statistics.median(times):7.2f} ms   p99 {p99:7.2f} ms")
    verdict = "met" if statistics.median(spent["yutang"]) <= GOAL_MS else "MISSED"
    print(f"  goal {GOAL_MS:g} ms a question: {verdict}")


def fit() -> None:
    """The weights of the confidence and the floor, from the tuning half."""
    settings = brand()
    base = build(settings.knowledge, settings.persona.knowledge)
    tuning = questions(Half.TUNING)
    weights = _fit(base, tuning)
    names = confidence.WEIGHTS.__dataclass_fields__
    print(f"BIAS {weights[0]:.2f}")
    for name, weight in zip(names, weights[1:], strict=True):
        print(f"{name:8s} {weight:.2f}")
    answered = ask(base, tuning)
    floors = [percent / 100 for percent in range(50, 100, 5)]
    wrong = {floor: quality(answered, floor=floor, near=floor).wrong for floor in floors}
    floor = next(floor for floor in floors if wrong[floor] <= MOST_WRONG)
    print(f"floor    {floor:.2f} (with the weights that are in the program)")


def _fit(base: KnowledgeBase, tuning: Sequence[Question]) -> list[float]:
    rows = [
        (reason.signs.values(), reason.hit.entry.key == question.key)
        for question in tuning
        for reason in base.explain(question.text, MOST_NEAR)
        if reason.signs is not None
    ]
    signs = np.array([[1.0, *values] for values, _ in rows])
    right = np.array([float(is_right) for _, is_right in rows])
    shrink = SHRINKING * signs.var(axis=0)
    weights = np.zeros(signs.shape[1])
    for _ in range(50):
        sure = 1 / (1 + np.exp(-signs @ weights))
        slope = signs.T @ (sure - right) + shrink * weights
        bend = (signs.T * (sure * (1 - sure))) @ signs + np.diag(shrink)
        weights -= np.linalg.solve(bend, slope)
    return [float(weight) for weight in weights]


def _tokens(text: str) -> list[str]:
    characters = [character for character in fold(text) if character.isalnum()]
    return [*characters, *("".join(pair) for pair in pairwise(characters))]


def _cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    return sum(weight * right.get(token, 0.0) for token, weight in left.items())


def main() -> int:
    """Quality, then time; or the weights."""
    parser = argparse.ArgumentParser(description="answers from the knowledge base")
    parser.add_argument("--items", type=int, default=5_000)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    if arguments.fit:
        fit()
    else:
        report_quality()
        report_speed(arguments.items, arguments.questions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
