"""The sieve: texts are let through line by line, and nothing that a rule would find is."""

import random

from hypothesis import given
from hypothesis import strategies as st

from bot.wording.folding import folded
from bot.wording.policy import Policy
from bot.wording.review import _findings, _lists_of, review
from bot.wording.rule import Origin

from .test_bad_lines import BAD
from .test_review import POLICY

PIECES = st.sampled_from(
    [*BAD, "13800138000", "https://x.example.net/a", "看 pond.com", "今天也好呀"]
)


@st.composite
def broken_lines(draw: st.DrawFn) -> str:
    """Bad and good lines, with new lines and spaces anywhere, also inside of words."""
    text = "".join(draw(st.lists(PIECES, min_size=1, max_size=3)))
    cuts = draw(st.lists(st.tuples(st.integers(0, len(text)), st.sampled_from("\n \u3000"))))
    for place, sign in sorted(cuts, reverse=True):
        text = text[:place] + sign + text[place:]
    return text


def every_finding(text: str, policy: Policy) -> bool:
    """Whether any rule finds anything, without the sieve."""
    return any(_findings(folded(text), policy, _lists_of(policy), Origin.ANSWER, ()))


@given(broken_lines())
def test_what_a_rule_finds_the_sieve_does_not_let_through(text: str) -> None:
    assert bool(review(text, POLICY)) == every_finding(text, POLICY)


def test_a_line_that_was_let_through_is_looked_at_again_by_another_policy() -> None:
    line = f"今天上新{random.Random(1).random()}"
    assert review(line, Policy()) == ()
    assert review(line, Policy(blocked=("上新",)))
