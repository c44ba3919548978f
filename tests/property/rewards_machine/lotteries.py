"""Lotteries on paper: what is in the boxes, and who was given something out of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from bot.core.ids import EventKey, GroupKey, LotteryId, MemberId
from bot.core.money import Currency
from bot.rewards.days import community_date
from bot.rewards.ledger.transfers import AccountKind, AccountRef
from bot.rewards.lottery.clock_lane import Publication, apply_publications, apply_settlements
from bot.rewards.lottery.lane import apply_draws
from bot.rewards.lottery.lotteries import day_end
from bot.rewards.lottery.rounds import Drawn, DrawRequest, Refused, RefusedBecause
from bot.rewards.lottery.settling import Settlement
from bot.rewards.redemption.winnings import ClaimWish, GiftClaimed, GiftLapsed, apply_claims
from bot.store.connection import Connection
from bot.store.fields import to_micros
from tests.property.rewards_machine.area import RULES, Act, Lane, Pairs, World, pick
from tests.property.rewards_machine.shop import Shop
from tests.unit.rewards.lottery.support import SEED, TEA, blank, gift, prize, terms
from tests.unit.rewards.support import NOW, SHANGHAI, run

FEE = 3
STOCK = {("box", "ten"): 4, ("box", "sample"): 2, ("evening", "mask"): 2, ("evening", "five"): 1}
INSTANT = {
    "key": "box", "fee_points": FEE, "claim_days": 1, "pity": {"prize": "ten", "hard": 3},
}  # fmt: skip
AT_TIME = {"key": "evening", "mode": "at_time", "claim_days": 1, "ends_at": "2026-11-25 20:00"}


def publish_lotteries(books: Connection) -> None:
    """One that is drawn at once, with a fee, and one that is drawn on the third evening."""
    box = terms(prize("ten", stock=4, weight=2), gift("sample", stock=2), blank(2), **INSTANT)
    evening = terms(
        gift("mask", weight=0, stock=2), prize("five", amount=5, weight=0, stock=1), **AT_TIME
    )
    for published in (box, evening):
        run(books, apply_publications, Publication(published, SEED, NOW))


@dataclass
class Won:
    """What somebody won."""

    lottery_id: int
    prize: str
    kind: str
    amount: int
    member_id: int
    state: str
    is_second: bool

    @property
    def account(self) -> AccountRef:
        """Where it is when it is the member's."""
        return AccountRef.member(MemberId(self.member_id), Currency(self.kind))

    @property
    def source(self) -> AccountRef:
        """Where it came from."""
        return source(self.lottery_id, self.prize, self.kind)


def source(lottery_id: int, prize_key: str, kind: str) -> AccountRef:
    """What pays a prize."""
    if kind == "points":
        return AccountRef.issuance()
    return AccountRef.stock(f"lottery/{lottery_id}/{prize_key}", Currency(kind))


class Lotteries:
    """Both rounds. Claimed gifts are the shop's to send, and those that it does not come back."""

    def __init__(self, world: World, shop: Shop) -> None:
        self._world = world
        self._shop = shop
        shop.came_back = self._came_back
        self._wins: dict[int, Won] = {}
        self._entrants: dict[int, list[int]] = {1: [], 2: []}
        self._ended: set[int] = set()
        rows = world.connection.execute("SELECT id, key, ends_at FROM lottery ORDER BY id")
        self._rounds = {row["id"]: (row["key"], row["ends_at"]) for row in rows}

    @property
    def lanes(self) -> list[Lane]:
        """In the order in which they write."""
        return [
            Lane(
                "draw",
                apply_draws,
                self._draw,
                self._drawn,
                lambda item: item.key,
                lambda it: (it.draw, it.win and it.win.prize) if isinstance(it, Drawn) else None,
            ),
            Lane("lottery end", apply_settlements, self._settle, self._settled),
            Lane(
                "gift",
                apply_claims,
                self._claim,
                self._claimed,
                lambda item: item.key,
                lambda it: it.redemption.redemption_id if isinstance(it, GiftClaimed) else None,
            ),
        ]

    def _draw(self, act: Act) -> DrawRequest:
        world = self._world
        return DrawRequest(
            lottery_id=LotteryId(1 + act.which % 2),
            member_id=MemberId(act.who),
            key=EventKey(world.key("draw")),
            at=world.now,
            on_date=world.today,
            day_ends_at=day_end(world.today, SHANGHAI, RULES.day_starts_at),
            in_groups=frozenset({TEA}),
            is_staff=False,
            is_blocked=False,
            expires_on=world.expires_on,
        )

    def _drawn(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            books, whose = self._world.books, AccountRef.member(item.member_id)
            if isinstance(answer, Refused):
                if answer.because is RefusedBecause.POINTS_SHORT:
                    assert books.has(whose) < FEE
                continue
            assert isinstance(answer, Drawn)
            assert item.lottery_id not in self._ended
            entrants = self._entrants[item.lottery_id]
            assert answer.draw.ticket.position == len(entrants)
            entrants.append(item.member_id)
            assert answer.draw.ticket.number == entrants.count(item.member_id)
            if answer.draw.fee:
                books.move(whose, AccountRef.house(AccountKind.SPENT), answer.draw.fee)
            if answer.win is not None:
                won = answer.win
                kind = str(won.prize.kind)
                self._win(
                    won.win_id,
                    Won(
                        item.lottery_id,
                        won.prize.key,
                        kind,
                        won.prize.amount,
                        item.member_id,
                        str(won.state),
                        is_second=False,
                    ),
                    item,
                )
            assert answer.balance == books.has(whose) >= 0

    def _win(self, win_id: int, won: Won, item: DrawRequest | Settlement) -> None:
        assert won.member_id in self._entrants[won.lottery_id]
        self._wins[win_id] = won
        books = self._world.books
        books.move(won.source, won.account, won.amount, expires_on=item.expires_on)
        first = Counter(
            (self._rounds[one.lottery_id][0], one.prize)
            for one in self._wins.values()
            if not one.is_second
        )
        lapsed = Counter(
            (self._rounds[one.lottery_id][0], one.prize)
            for one in self._wins.values()
            if one.state == "lapsed"
        )
        assert all(count <= STOCK[of] + lapsed[of] for of, count in first.items())

    def _settle(self, act: Act) -> Settlement:
        del act
        world = self._world
        on_date = community_date(world.now, SHANGHAI, RULES.day_starts_at)
        return Settlement(world.now, on_date, world.expires_on)

    def _settled(self, pairs: Pairs) -> None:
        for item, _ in pairs:
            self._ended |= {
                number
                for number, (_, ends_at) in self._rounds.items()
                if ends_at <= to_micros(item.at)
            }
            rows = self._world.connection.execute(
                "SELECT id, lottery_id, prize_key, kind, amount, member_id, state, follows"
                " FROM lottery_win ORDER BY id"
            ).fetchall()
            for win_id, lottery_id, key, kind, amount, member_id, state, follows in rows:
                if win_id not in self._wins:
                    assert lottery_id == 2, "the other one is drawn at once"
                    winners = {won.member_id for won in self._wins.values() if won.lottery_id == 2}
                    assert member_id not in winners, "one prize for each entrant"
                    second = follows is not None
                    won = Won(lottery_id, key, kind, amount, member_id, "open", is_second=second)
                    self._win(win_id, won, item)
                if state == "lapsed" and self._wins[win_id].state != "lapsed":
                    won = self._wins[win_id]
                    assert won.state == "open"
                    won.state = "lapsed"
                    self._world.books.move(won.account, won.source, won.amount)
            self._return_rests()

    def _return_rests(self) -> None:
        for number in self._ended:
            for key, kind in (("sample", "gift"), ("mask", "gift")):
                rest = source(number, key, kind)
                left = self._world.books.has(rest)
                if left:
                    issuance = AccountRef.issuance(rest.currency)
                    self._world.books.move(rest, issuance, left)

    def _claim(self, act: Act) -> ClaimWish | None:
        gifts = [(number, won) for number, won in self._wins.items() if won.kind == "gift"]
        found = pick(gifts, act.which)
        if found is None:
            return None
        number, won = found
        world = self._world
        return ClaimWish(
            key=EventKey(world.key("claim")),
            win_id=number,
            member_id=MemberId(won.member_id),
            group_key=GroupKey("vip"),
            on_date=world.today,
            at=world.now,
            address_until=world.now + timedelta(minutes=30),
        )

    def _claimed(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            won = self._wins[item.win_id]
            match answer:
                case GiftClaimed():
                    assert won.state in ("open", "claimed")
                    assert answer.replayed == (won.state == "claimed")
                    if not answer.replayed:
                        self._shop.send(answer.redemption)
                    won.state = "claimed"
                case GiftLapsed():
                    assert won.state != "claimed"
                case _:
                    raise AssertionError(answer)

    def _came_back(self, win_id: int) -> None:
        assert self._wins[win_id].state == "claimed"
        self._wins[win_id].state = "open"

    def check(self, connection: Connection) -> None:
        """The rounds have ended that are over, and no other."""
        rows = connection.execute("SELECT id FROM lottery WHERE state = 'ended'").fetchall()
        assert {row["id"] for row in rows} == self._ended
        pieces = [
            balance
            for ref, balance in self._world.books.balances.items()
            if ref.kind is AccountKind.STOCK
        ]
        assert min(pieces, default=0) >= 0
