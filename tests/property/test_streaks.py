"""Check-ins against a model that only knows the set of days on which a member came."""

from collections import defaultdict
from contextlib import closing
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rewards.audit.audit import audit
from bot.rewards.checkin.lane import apply_check_ins
from bot.rewards.checkin.streaks import CheckedIn
from tests.unit.rewards.support import NOW, RULES, TODAY, check_in, new_books, run

Visit = tuple[int, int, int]
"""Days since the visit before, member, number of the event (few, so that some come again)."""

visits = st.lists(
    st.tuples(st.sampled_from([0, 0, 1, 1, 1, 1, 2, 5]), st.integers(1, 2), st.integers(0, 40)),
    max_size=40,
)


class Model:
    """What must come out, by walking back day by day."""

    def __init__(self) -> None:
        self.days: dict[int, set[date]] = defaultdict(set)
        self.balances: dict[int, int] = defaultdict(int)
        self.answers: dict[str, CheckedIn] = {}

    def visit(self, member: int, key: str, today: date) -> CheckedIn:
        if key in self.answers:
            return self.answers[key]
        repeated = today in self.days[member]
        self.days[member].add(today)
        streak = 0
        while today - timedelta(days=streak) in self.days[member]:
            streak += 1
        bonus = RULES.checkin.milestones.get(streak, 0)
        if not repeated:
            self.balances[member] += RULES.checkin.points + bonus
        answer = CheckedIn(
            today, streak, RULES.checkin.points, bonus, self.balances[member], repeated
        )
        if not repeated:
            self.answers[key] = answer
        return answer


@settings(max_examples=120)
@given(visits=visits, batch=st.integers(1, 7))
def test_any_history_of_visits_gives_the_streaks_of_the_calendar(
    visits: list[Visit], batch: int
) -> None:
    model = Model()
    today, expected, requests = TODAY, [], []
    for days, member, event in visits:
        today += timedelta(days=days)
        key = f"{member}/{event}"
        requests.append(check_in(member, key, today, NOW))
        expected.append(model.visit(member, key, today))
    with closing(new_books()) as books:
        answers = []
        for start in range(0, len(requests), batch):
            answers += run(books, apply_check_ins, *requests[start : start + batch])
        assert answers == expected
        assert audit(books).broken == ()
