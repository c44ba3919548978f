"""Which variant a group is shown: in pairs, in an order that nobody chooses."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import GroupKey
from bot.schedules.experiments import running_experiment, variant_for
from bot.settings.schema.experiments import Experiment, Outcome


def experiment(key: str = "question", *items: str) -> Experiment:
    return Experiment(
        key=key,
        items=items or ("rice",),
        measure=Outcome.REPLIES,
        starts=date(2026, 12, 1),
        ends=date(2026, 12, 31),
    )


keys = st.text(min_size=1, max_size=8)


@given(keys, keys, st.integers(0, 1000))
def test_of_every_two_posts_of_a_group_one_has_each_variant(
    key: str, group: str, pair: int
) -> None:
    chosen = experiment().model_copy(update={"key": key})

    shown = {variant_for(chosen, GroupKey(group), 2 * pair + place) for place in (0, 1)}

    assert shown == {"a", "b"}


def test_the_same_post_is_always_shown_the_same() -> None:
    """Two processes that decide the same slot agree, and so they do after an update."""
    shown = [variant_for(experiment(), GroupKey("pond"), use) for use in range(8)]

    assert "".join(shown) == "baababab"


def test_which_comes_first_is_left_to_the_group_and_the_pair() -> None:
    first = [variant_for(experiment(), GroupKey(f"group-{n}"), 0) for n in range(200)]
    later = [variant_for(experiment(), GroupKey("pond"), 2 * n) for n in range(200)]

    assert 70 < first.count("a") < 130
    assert 70 < later.count("a") < 130


def test_an_experiment_runs_from_its_first_day_to_its_last() -> None:
    running = (experiment("other", "tea"), experiment())

    days = [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1)]
    found = [running_experiment(running, "rice", day) for day in days]
    assert found == [None, running[1], running[1], None]


def test_an_item_without_an_experiment_has_none() -> None:
    assert running_experiment([experiment()], "soup", date(2026, 12, 24)) is None
