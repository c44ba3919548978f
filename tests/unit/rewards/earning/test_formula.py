"""Formulas: small safe sums, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.arithmetic import MOST_CHARACTERS, NoFormula, read_formula

NAMES = ("characters", "level")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("characters // 20", 3),
        ("-level + 10", 8),
        ("min(characters, 50) - max(1, level)", 48),
        ("7 // 2", 3),
    ],
)
def test_a_formula_is_reckoned_in_whole_numbers(text: str, value: int) -> None:
    assert read_formula(text, NAMES).value({"characters": 60, "level": 2}) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2 +",
        "points",
        "2 ** 9",
        "9 / 2",
        "characters // level",
        "1 // 0",
        "1.5",
        "True",
        "'x'",
        "min(1)",
        "max(*[1, 2])",
        "abs(-1)",
        "level.real",
        "level if 1 else 2",
        "__import__('os')",
        "(lambda: 1)()",
        "1000001",
        "[1][0]",
        "1" + " + 1" * MOST_CHARACTERS,
        "(" * 100,
    ],
)
def test_what_is_no_small_sum_is_refused(text: str) -> None:
    with pytest.raises(NoFormula):
        read_formula(text, NAMES)


@given(
    st.text("0123456789+-*/(), minaxlevechrt", max_size=MOST_CHARACTERS),
    st.integers(0, 10**6),
)
def test_whatever_can_be_read_has_a_value(text: str, number: int) -> None:
    try:
        formula = read_formula(text, NAMES)
    except NoFormula:
        return
    assert isinstance(formula.value({"characters": number, "level": number}), int)
