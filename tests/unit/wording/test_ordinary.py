"""On text in which nobody sells anything, the rules are nearly silent."""

import pytest

from bot.wording.folding import fold
from bot.wording.ordinary import Bundle, bundles, dialogues, reviews
from bot.wording.rule import Grade
from bot.wording.trial import (
    FIT,
    Culprit,
    Rate,
    find_private,
    finder_of,
    finder_of_rules,
    try_out,
)


@pytest.fixture(scope="module")
def bundled() -> Bundle:
    return bundles()[0]


def test_there_are_a_thousand_different_lines_of_our_own(bundled: Bundle) -> None:
    assert bundled.name == "bundled"
    assert len(set(bundled.lines)) >= 1_000


@pytest.mark.parametrize("grade", Grade)
def test_none_of_them_is_found_fault_with(bundled: Bundle, grade: Grade) -> None:
    assert try_out(finder_of_rules(grade), [bundled]).culprits == ()
    assert [word for line in bundled.lines for word in find_private(line)] == []


def test_reviews_by_buyers_are_hardly_ever_blocked() -> None:
    trial = try_out(finder_of_rules(Grade.BLOCK), [reviews()])

    assert trial.total.lines > 35_000
    assert trial.total.share <= FIT, trial.culprits[:5]


def test_most_reviews_with_a_superlative_are_clean() -> None:
    finders = [finder_of_rules(grade) for grade in (Grade.BLOCK, Grade.HOLD)]
    folded = ((line, fold(line)) for line in reviews().lines)
    suspects = [line for line, plain in folded if any(w in plain for w in ("最", "第一", "首"))]
    clean = [line for line in suspects if not any(list(find(line)) for find in finders)]

    assert len(suspects) > 4_000
    assert len(clean) / len(suspects) >= 0.55


def test_small_talk_is_hardly_ever_blocked() -> None:
    trial = try_out(finder_of_rules(Grade.BLOCK), [dialogues()])

    assert trial.total.lines > 1_000
    assert trial.total.stopped <= 5


def test_a_trial_counts_lines_and_names_the_words_to_drop() -> None:
    lines = ("房间很好", "房间的窗", "窗很大", *("一切都好" for _ in range(397)))
    trial = try_out(finder_of(["房间", "窗", "大", "没有"]), [Bundle("few", lines)], examples=1)

    assert trial.rates == (Rate("few", 400, 3),)
    assert trial.culprits == (
        Culprit("房间", 2, ("房间很好",)),
        Culprit("窗", 2, ("房间的窗",)),
        Culprit("大", 1, ("窗很大",)),
    )
    assert (trial.to_drop, trial.remaining) == (2, 1)


def test_a_list_that_stops_little_loses_nothing() -> None:
    trial = try_out(finder_of(["房间"]), [Bundle("many", ("房间", *("好" for _ in range(999))))])

    assert (trial.to_drop, trial.remaining, trial.total.share) == (0, 1, 0.001)


def test_no_text_gives_no_rate() -> None:
    assert try_out(finder_of(["房间"]), []).total == Rate("all", 0, 0)
    assert Rate("none", 0, 0).share == 0
