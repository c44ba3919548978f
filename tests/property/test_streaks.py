"""Check-ins and cards against a model that only knows which days a member has, and how."""

from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rewards.audit.audit import audit
from bot.rewards.checkin.days import DayKind
from bot.rewards.checkin.lane import apply_check_ins, apply_make_ups
from bot.rewards.checkin.makeup import (
    MadeUp,
    MakeUpRequest,
    MakeUpResult,
    NeverBefore,
    NoCardsLeft,
    NotMissed,
    NotOver,
    TooFewPoints,
    TooLongAgo,
)
from bot.rewards.checkin.streaks import CheckedIn, CheckInRequest
from bot.store.lane import Apply
from tests.unit.rewards.support import (
    DAY,
    NOW,
    RULES,
    TODAY,
    balance,
    check_in,
    make_up,
    member,
    new_books,
    run,
)

CHECKIN = RULES.checkin


@dataclass(frozen=True)
class Visit:
    """``waited`` days after the act before, ``late`` days after it happened."""

    waited: int
    member: int
    event: int
    late: int = 0


@dataclass(frozen=True)
class Purchase:
    """A card for the day ``back`` days ago."""

    waited: int
    member: int
    back: int


waits = st.sampled_from([0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 5])
members = st.integers(1, 2)
visits = st.builds(
    Visit,
    waited=waits,
    member=members,
    event=st.integers(0, 50),  # few, so that some come again
    late=st.sampled_from([0] * 9 + [1, 2]),
)
purchases = st.builds(Purchase, waited=st.just(0), member=members, back=st.integers(-1, 9))
acts = st.lists(st.one_of(visits, visits, visits, purchases), max_size=60)
habits = st.integers(0, 20).map(
    lambda days: [Visit(1, 1, event=1000 + day) for day in range(days)],
)
"""Days in a row, so that there is something to lose."""


@dataclass
class Person:
    """A member as the model knows him."""

    days: dict[date, DayKind] = field(default_factory=dict)
    held: dict[date, int] = field(default_factory=dict)
    balance: int = 0
    cards: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def streak(self, until: date) -> int:
        """Days that were neither missed nor frozen, walking back from ``until``."""
        count = 0
        while until in self.days:
            count += self.days[until] is not DayKind.FROZEN
            until -= DAY
        return count

    def last_before(self, day: date) -> date | None:
        return max((earlier for earlier in self.days if earlier < day), default=None)

    def freezes(self, day: date) -> int:
        last = self.last_before(day)
        return 0 if last is None else self.held[last]


class Model:
    """What must come out."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = defaultdict(Person)
        self.answers: dict[str, CheckedIn] = {}
        self.bonuses: dict[tuple[int, date], int] = {}

    def visit(self, number: int, key: str, today: date) -> CheckedIn:
        if key in self.answers:
            return self.answers[key]
        person = self.people[number]
        if today in person.days:
            came = person.days[today] is DayKind.CAME
            return CheckedIn(
                today,
                person.streak(today),
                CHECKIN.points if came else 0,
                self.bonuses.get((number, today), 0),
                person.balance,
                repeated=True,
                freezes=person.held[today],
            )
        newest = all(day < today for day in person.days)
        saved = self._save(person, today) if newest else 0
        held = person.freezes(today)
        person.days[today] = DayKind.CAME
        streak = person.streak(today)
        earned = newest and streak % CHECKIN.freezes.every_days == 0
        earned = earned and held < CHECKIN.freezes.most_held
        person.held[today] = held + earned
        bonus = CHECKIN.milestones.get(streak, 0)
        self.bonuses[number, today] = bonus
        person.balance += CHECKIN.points + bonus
        self.answers[key] = CheckedIn(
            today, streak, CHECKIN.points, bonus, person.balance, repeated=False,
            saved=saved, freezes=person.held[today], earned_freeze=earned,
        )  # fmt: skip
        return self.answers[key]

    def _save(self, person: Person, today: date) -> int:
        last = person.last_before(today)
        missed = 0 if last is None else (today - last).days - 1
        if last is None or missed > person.held[last]:
            return 0
        for number in range(1, missed + 1):
            person.days[last + number * DAY] = DayKind.FROZEN
            person.held[last + number * DAY] = person.held[last] - number
        return missed

    def make_up(self, request: MakeUpRequest) -> MakeUpResult:
        person, day = self.people[request.member_id], request.on_date
        earliest = request.today - timedelta(days=CHECKIN.make_up.days_back)
        month = request.today.isoformat()[:7]
        if day >= request.today:
            return NotOver(day)
        if day in person.days:
            return NotMissed(day)
        if day < earliest:
            return TooLongAgo(day, earliest)
        if person.last_before(day) is None:
            return NeverBefore(day)
        if person.cards[month] == CHECKIN.make_up.most_a_month:
            first = request.today.replace(day=1)
            return NoCardsLeft(person.cards[month], (first + timedelta(days=31)).replace(day=1))
        if person.balance < CHECKIN.make_up.price:
            return TooFewPoints(person.balance, CHECKIN.make_up.price)
        person.held[day] = person.freezes(day)
        person.days[day] = DayKind.MADE_UP
        person.balance -= CHECKIN.make_up.price
        person.cards[month] += 1
        until = day
        while until + DAY in person.days:
            until += DAY
        left = CHECKIN.make_up.most_a_month - person.cards[month]
        return MadeUp(day, person.streak(until), CHECKIN.make_up.price, person.balance, left)


@pytest.mark.usefixtures("engine")
@settings(max_examples=150)
@given(habit=habits, acts=acts, batch=st.integers(1, 7))
def test_any_history_of_visits_and_cards_gives_the_streaks_of_the_calendar(
    habit: list[Visit], acts: list[Visit | Purchase], batch: int
) -> None:
    model = Model()
    today = TODAY
    steps: list[tuple[Apply[Any, Any], CheckInRequest | MakeUpRequest]] = []
    expected: list[CheckedIn | MakeUpResult] = []
    for number, act in enumerate([*habit, *acts]):
        today += act.waited * DAY
        if isinstance(act, Visit):
            key, day = f"{act.member}/{act.event}", today - act.late * DAY
            steps.append((apply_check_ins, check_in(act.member, key, day, NOW)))
            expected.append(model.visit(act.member, key, day))
        else:
            wish = make_up(act.member, f"card {number}", today - act.back * DAY, today)
            steps.append((apply_make_ups, wish))
            expected.append(model.make_up(wish))
    with closing(new_books()) as books:
        answers: list[object] = []
        for apply, together in groupby(steps, key=lambda step: step[0]):
            requests = [request for _, request in together]
            for start in range(0, len(requests), batch):
                answers += run(books, apply, *requests[start : start + batch])
        assert answers == expected
        assert audit(books).broken == ()
        for number, person in model.people.items():
            assert all(0 <= held <= CHECKIN.freezes.most_held for held in person.held.values())
            assert balance(books, member(number)) == person.balance
