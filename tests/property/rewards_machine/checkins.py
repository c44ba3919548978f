"""Check-ins, cards, thanks and earnings on paper."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.core.ids import EventKey, MemberId
from bot.rewards.budgets import BudgetSpent
from bot.rewards.checkin.lane import apply_check_ins, apply_make_ups
from bot.rewards.checkin.makeup import MadeUp, MakeUpRequest, NoCardsLeft, NotMissed, TooFewPoints
from bot.rewards.checkin.streaks import CheckedIn, CheckInRequest
from bot.rewards.earning.deciding import Because, Earned
from bot.rewards.earning.lane import earn
from bot.rewards.earning.rules import EarningWish
from bot.rewards.ledger.transfers import AccountKind, AccountRef
from bot.rewards.thanks import NoThanksLeft, Thanked, ThanksToSelf, ThanksWish, apply_thanks
from tests.property.rewards_machine.area import (
    GROUPS,
    RULES,
    Act,
    Lane,
    Pairs,
    World,
    day_of,
    points_of,
)

ISSUANCE = AccountRef.issuance()
SPENT = AccountRef.house(AccountKind.SPENT)


class Merits:
    """Everything that is issued for what members do, within one budget."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._issued: defaultdict[str, int] = defaultdict(int)
        self._days: set[tuple[int, date]] = set()
        self._cards: defaultdict[tuple[int, str], int] = defaultdict(int)
        self._thanked: defaultdict[tuple[int, date], int] = defaultdict(int)
        self._talked: defaultdict[tuple[int, date], int] = defaultdict(int)
        self._talked_at: dict[int, datetime] = {}

    @property
    def lanes(self) -> list[Lane]:
        """In the order in which they write."""
        return [
            Lane(
                "check-in",
                apply_check_ins,
                self._check_in,
                self._checked_in,
                lambda item: item.key,
                # an unpaid day has no transfer that would keep the balance
                lambda it: (
                    None if it.repeated else replace(it, balance=it.balance * bool(it.points))
                ),
            ),
            Lane(
                "make-up",
                apply_make_ups,
                self._make_up,
                self._made_up,
                lambda item: item.key,
                lambda answer: answer if isinstance(answer, MadeUp) else None,
            ),
            Lane(
                "thanks",
                apply_thanks,
                self._thank,
                self._was_thanked,
                lambda item: item.key,
                lambda answer: answer if isinstance(answer, Thanked) else None,
            ),
            Lane("earning", earn, self._talk, self._earned),
        ]

    def _issue(self, points: int, on_date: date, member_id: int) -> None:
        for period in (f"{on_date}", f"{on_date:%Y-%m}"):
            self._issued[period] += points
        assert not self._is_too_much(0, on_date)
        expires_on = on_date + timedelta(days=RULES.points.days)
        self._world.books.move(ISSUANCE, points_of(member_id), points, expires_on=expires_on)

    def _is_too_much(self, points: int, on_date: date) -> bool:
        budget = RULES.budgets.points
        assert budget.a_day is not None
        assert budget.a_month is not None
        return (
            self._issued[f"{on_date}"] + points > budget.a_day
            or self._issued[f"{on_date:%Y-%m}"] + points > budget.a_month
        )

    def _check_in(self, act: Act) -> CheckInRequest:
        rules = RULES.checkin
        return CheckInRequest(
            member_id=MemberId(act.who),
            key=EventKey(self._world.key("in")),
            on_date=self._world.today,
            at=self._world.now,
            points=rules.points,
            milestones=rules.milestones,
            freeze_every_days=2,
            most_freezes=1,
            budgets=RULES.budgets,
            expires_on=self._world.expires_on,
        )

    def _checked_in(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            assert isinstance(answer, CheckedIn)
            day = (item.member_id, item.on_date)
            assert answer.repeated == (day in self._days)
            if not answer.repeated:
                self._days |= {day}
                self._days |= {
                    (item.member_id, item.on_date - timedelta(days=back))
                    for back in range(1, answer.saved + 1)
                }
                bonus = RULES.checkin.milestones.get(answer.streak, 0)
                owed = item.points + bonus
                if answer.points:
                    assert (answer.points, answer.bonus) == (item.points, bonus)
                    self._issue(owed, item.on_date, item.member_id)
                else:
                    assert self._is_too_much(owed, item.on_date)
            assert answer.balance == self._world.books.has(points_of(item.member_id))

    def _make_up(self, act: Act) -> MakeUpRequest:
        return MakeUpRequest(
            member_id=MemberId(act.who),
            key=EventKey(self._world.key("card")),
            on_date=self._world.today - timedelta(days=act.which % 4),
            today=self._world.today,
            at=self._world.now,
            price=15,
            days_back=7,
            most_a_month=2,
        )

    def _made_up(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            whose = points_of(item.member_id)
            day, month = (item.member_id, item.on_date), (item.member_id, item.month)
            match answer:
                case MadeUp():
                    assert day not in self._days
                    assert item.on_date < item.today
                    self._days.add(day)
                    self._cards[month] += 1
                    assert self._cards[month] <= item.most_a_month
                    self._world.books.move(whose, SPENT, item.price)
                    assert answer.balance == self._world.books.has(whose) >= 0
                case TooFewPoints():
                    assert self._world.books.has(whose) < item.price
                case NotMissed():
                    assert day in self._days
                case NoCardsLeft():
                    assert self._cards[month] == item.most_a_month

    def _thank(self, act: Act) -> ThanksWish:
        receiver = MemberId(1 + act.which % 6)
        key, world = EventKey(self._world.key("thanks")), self._world
        giver = MemberId(act.who)
        return ThanksWish(key, giver, receiver, GROUPS[0], world.today, world.now, RULES)

    def _was_thanked(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            day = (item.giver_id, item.on_date)
            match answer:
                case Thanked():
                    assert item.giver_id != item.receiver_id
                    self._thanked[day] += 1
                    assert self._thanked[day] + answer.left_today == RULES.thanks.a_day
                    self._issue(answer.points, item.on_date, item.receiver_id)
                case ThanksToSelf():
                    assert item.giver_id == item.receiver_id
                case NoThanksLeft():
                    assert self._thanked[day] == RULES.thanks.a_day
                case BudgetSpent():
                    assert self._is_too_much(RULES.thanks.points, item.on_date)

    def _talk(self, act: Act) -> EarningWish:
        rule = RULES.earning.rules[0]
        return EarningWish(
            member_id=MemberId(act.who),
            event_key=EventKey(self._world.key("talk")),
            group_key=GROUPS[0],
            rule=rule,
            file=RULES,
            on_date=self._world.today,
            at=self._world.now,
            drawn=rule.points,
            characters=20,
            sketch="",
        )

    def _earned(self, pairs: Pairs) -> None:
        paid: set[str] = set()
        for item, answer in pairs:
            day = (item.member_id, item.on_date)
            cap = RULES.earning.rules[0].most_points.a_day
            assert cap is not None
            room = min(item.drawn, cap - self._talked[day])
            match answer:
                case Earned():
                    assert item.event_key not in paid
                    assert answer.points == room > 0
                    paid.add(item.event_key)
                    self._talked[day] += answer.points
                    last = self._talked_at.get(item.member_id, item.at)
                    self._talked_at[item.member_id] = max(last, item.at)
                    self._issue(answer.points, day_of(item.at), item.member_id)
                case Because.PAID_BEFORE:
                    assert item.event_key in paid
                case Because.COOLDOWN:
                    pause = timedelta(seconds=item.rule.cooldown_seconds)
                    assert self._talked_at[item.member_id] > item.at - pause
                case Because.CAPPED:
                    assert room == 0
                case Because.BUDGET:
                    assert self._is_too_much(room, item.on_date)
                case _:
                    raise AssertionError(answer)
