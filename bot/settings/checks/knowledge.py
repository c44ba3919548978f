"""The knowledge base: each way of asking leads to one item, and the floor is one."""

from collections.abc import Iterator

from bot.settings.checks.draft import KNOWLEDGE, Check, Draft, listed
from bot.settings.problems import Finding, Path
from bot.wording.folding import fold

PERSONA = "persona.yaml"
LEAST_FLOOR = 0.5
MOST_FLOOR = 0.98


def check_ways(draft: Draft) -> Iterator[Finding]:
    """No way of asking is written twice, in the same item or in two."""
    seen: dict[str, str] = {}
    for item in draft.knowledge:
        file = f"{KNOWLEDGE}/{item.key}.md"
        ways: list[tuple[Path, str]] = [(("question",), item.front.question)]
        ways += [(("also", number), way) for number, way in enumerate(item.front.also)]
        for path, way in ways:
            bare = "".join(filter(str.isalnum, fold(way)))
            if not bare:
                yield Finding(file, path, "has no letters", "write a question in words")
            elif bare in seen:
                where = "above" if seen[bare] == file else f"in {seen[bare]}"
                yield Finding(file, path, f"is written {where} too", "keep one of the two")
            else:
                seen[bare] = file


def check_scores(draft: Draft) -> Iterator[Finding]:
    """Scores tell how sure an answer is, so some floors make no sense."""
    scores = draft.persona.knowledge
    if not LEAST_FLOOR <= scores.floor <= MOST_FLOOR:
        what = f"{scores.floor:g} is no sensible floor: " + (
            "more answers would be wrong than right"
            if scores.floor < LEAST_FLOOR
            else "only questions that are written in the base would be answered"
        )
        instead = f"write {LEAST_FLOOR:g} to {MOST_FLOOR:g}; run knowledge --curve to choose"
        yield Finding(PERSONA, ("knowledge", "floor"), what, instead)
    if scores.near >= scores.floor:
        what = "not below the floor, so nothing would ever be offered"
        yield Finding(PERSONA, ("knowledge", "near"), what, "write a smaller number, as 0.2")


def check_meanings(draft: Draft) -> Iterator[Finding]:
    """A word has one meaning."""
    seen: dict[str, int] = {}
    for number, group in enumerate(draft.persona.knowledge.same):
        for place, word in enumerate(group):
            first = seen.setdefault(fold(word), number)
            if first != number or fold(word) in map(fold, group[:place]):
                what = f"{word} stands in: {listed(draft.persona.knowledge.same[first])}"
                path = ("knowledge", "same", number, place)
                yield Finding(PERSONA, path, what, "remove it here, or join the two groups")


CHECKS = (
    Check(check_ways, reads=frozenset()),
    Check(check_scores, reads=frozenset({"persona.knowledge"})),
    Check(check_meanings, reads=frozenset({"persona.knowledge"})),
)
