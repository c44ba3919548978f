"""Red packets on paper: heaps of shares that are handed out from the top."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.core.ids import EventKey, MemberId, PacketId
from bot.core.money import Currency
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.packets.claiming import ClaimRequest
from bot.rewards.packets.gate import Gate, GateKind, PacketKind, Purse, Terms
from bot.rewards.packets.lane import apply_claims, apply_expiries, apply_opens
from bot.rewards.packets.opening import OpenRequest, draw_packet
from bot.rewards.packets.packet import (
    AlreadyClaimed,
    CheckInFirst,
    Claimed,
    DayFull,
    Draw,
    Empty,
    NotInvited,
    NotYet,
    OpenedPacket,
    Over,
    PacketRefused,
    Paused,
    RefusedBecause,
    WrongWord,
)
from bot.store.connection import Connection
from tests.property.rewards_machine.area import GROUPS, RULES, Act, Lane, Pairs, World, pick

CAMPAIGN = "spring"
WORD = "pear"
ISSUANCE = AccountRef.issuance()

GATES = (
    Gate(),
    Gate.named((MemberId(2), MemberId(3))),
    Gate.password(WORD),
    Gate(GateKind.CHECKIN),
    Gate.quiz("what grows here?", WORD),
    Gate.tagged("friend"),
)
PURSES = (
    (Purse.GROUP, Currency.POINTS),
    (Purse.OWNER, Currency.POINTS),
    (Purse.CAMPAIGN, Currency.POINTS),
    (Purse.CAMPAIGN, Currency.FEN),
)


@dataclass
class Heap:
    """One packet, or one drop of a rain."""

    packet_id: PacketId
    shares: tuple[int, ...]
    account: AccountRef
    purse: AccountRef
    gate: Gate
    opens_at: datetime
    expires_at: datetime
    takers: list[int] = field(default_factory=list)
    ended: bool = False

    @property
    def left(self) -> int:
        """What nobody has taken."""
        return sum(self.shares[len(self.takers) :])


class Packets:
    """All heaps, and who had how much of them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._heaps: dict[int, Heap] = {}
        self._filled: set[tuple[AccountRef, date]] = set()
        self._sent: Counter[tuple[int, date]] = Counter()
        self._had: Counter[tuple[int, date]] = Counter()

    @property
    def lanes(self) -> list[Lane]:
        """In the order in which they write."""
        return [
            Lane(
                "open",
                apply_opens,
                self._open,
                self._opened,
                lambda item: item.key,
                lambda it: (it.packet_id, it.proof) if isinstance(it, OpenedPacket) else None,
            ),
            Lane(
                "claim",
                apply_claims,
                self._claim,
                self._claimed,
                lambda item: item.key,
                lambda it: it if isinstance(it, Claimed | WrongWord) else None,
            ),
            Lane("packet expiry", apply_expiries, lambda _: self._world.now, self._expired),
        ]

    def _open(self, act: Act) -> OpenRequest:
        purse, currency = PURSES[act.which % len(PURSES)]
        drops = 2 if act.much % 7 == 0 else 1
        is_cash = currency is Currency.FEN
        shares = drops * (1 + act.much % 3)
        each = 1 + act.much % (5 if shares > 2 else 21)
        terms = Terms(
            PacketKind.LUCKY if act.much % 2 and not is_cash else PacketKind.FIXED,
            shares * each * (100 if is_cash else 1),
            shares,
            GATES[act.much % len(GATES)],
            drops,
            purse,
            CAMPAIGN if purse is Purse.CAMPAIGN else "",
            currency,
        )
        now, limits = self._world.now, RULES.packets
        pools = {Purse.GROUP: limits.pool_points_a_day, Purse.OWNER: limits.owner_points_a_day}
        return OpenRequest(
            key=EventKey(self._world.key("open")),
            group_key=GROUPS[act.much % 2],
            owner_id=MemberId(1 + act.who % 2),
            terms=terms,
            on_date=self._world.today,
            at=now,
            opens_at=now + timedelta(minutes=drops - 1),
            every=timedelta(minutes=1),
            expires_at=now + timedelta(hours=24),
            allowance=pools.get(purse, 0),
            most_a_day=limits.most_points_a_day,
            drawn=draw_packet(terms, limits, random.Random(act.much)),
            budgets=RULES.budgets,
        )

    def _opened(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            books, purse = self._world.books, item.purse
            sender = (item.owner_id, item.on_date)
            is_pool = item.terms.purse is not Purse.CAMPAIGN
            due = is_pool and (purse, item.on_date) not in self._filled
            fill = max(0, item.allowance - books.has(purse)) if due else 0
            if isinstance(answer, PacketRefused):
                short = item.terms.points > books.has(purse) + fill
                spent = self._sent[sender] + item.terms.points > item.most_a_day
                match answer.reason:
                    case RefusedBecause.POOL_SHORT:
                        assert short
                    case RefusedBecause.DAY_SPENT:
                        assert spent
                    case _:
                        assert item.drawn == answer
                continue
            assert isinstance(answer, OpenedPacket)
            assert not isinstance(item.drawn, PacketRefused)
            if fill:
                books.move(ISSUANCE, purse, fill)
            if is_pool:
                self._filled.add((purse, item.on_date))
            if item.terms.currency is Currency.POINTS:
                self._sent[sender] += item.terms.points
                assert self._sent[sender] <= item.most_a_day
            for number, drawn in enumerate(item.drawn):
                self._pile_up(item, PacketId(answer.packet_id + number), number, drawn)
            assert books.has(purse) >= 0

    def _pile_up(self, item: OpenRequest, packet_id: PacketId, number: int, drawn: Draw) -> None:
        is_cash = item.terms.currency is Currency.FEN
        least = RULES.packets.least_share_fen if is_cash else RULES.packets.least_share_points
        assert min(drawn.shares) >= least
        assert sum(drawn.shares) * item.terms.drops == item.terms.points
        heap = Heap(
            packet_id,
            drawn.shares,
            AccountRef.packet(packet_id, item.terms.currency),
            item.purse,
            item.terms.gate,
            item.opens_at + number * item.every,
            item.expires_at,
        )
        assert packet_id not in self._heaps
        self._heaps[packet_id] = heap
        self._world.books.move(heap.purse, heap.account, sum(drawn.shares))

    def _claim(self, act: Act) -> ClaimRequest | None:
        heap = pick(list(self._heaps.values())[-4:], act.which)
        if heap is None:
            return None
        return ClaimRequest(
            packet_id=heap.packet_id,
            member_id=MemberId(act.who),
            key=EventKey(self._world.key("tap")),
            at=self._world.now,
            on_date=self._world.today,
            joined_at=None,
            rules=RULES.packets,
            tags=frozenset({"friend"} if act.much % 3 else ()),
            word="plum" if act.much % 5 == 0 else WORD,
            expires_on=self._world.expires_on,
        )

    def _claimed(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            heap, day = self._heaps[item.packet_id], (item.member_id, item.on_date)
            match answer:
                case Claimed():
                    self._hand_out(heap, item, answer)
                case AlreadyClaimed():
                    position = heap.takers.index(item.member_id)
                    assert answer.amount == heap.shares[position]
                case Empty():
                    assert len(heap.takers) == len(heap.shares)
                case Over():
                    assert heap.ended or item.at >= heap.expires_at
                case NotYet():
                    assert item.at < heap.opens_at
                case DayFull():
                    assert self._had[day] == RULES.packets.claims_a_day
                case NotInvited():
                    assert item.member_id not in heap.gate.guests
                case WrongWord() | Paused():
                    assert heap.gate.secret
                case CheckInFirst():
                    assert heap.gate.kind is GateKind.CHECKIN
                case _:
                    raise AssertionError(answer)

    def _hand_out(self, heap: Heap, item: ClaimRequest, answer: Claimed) -> None:
        assert item.member_id not in heap.takers, "one share for each member"
        assert not heap.ended
        assert heap.opens_at <= item.at < heap.expires_at
        assert not heap.gate.guests or item.member_id in heap.gate.guests
        position = len(heap.takers)
        assert (answer.position, answer.amount) == (position, heap.shares[position])
        heap.takers.append(item.member_id)
        assert answer.left_shares == len(heap.shares) - len(heap.takers)
        taker = AccountRef.member(item.member_id, heap.account.currency)
        self._world.books.move(heap.account, taker, answer.amount, expires_on=item.expires_on)
        assert answer.balance == self._world.books.has(taker)
        self._had[item.member_id, item.on_date] += 1
        assert self._had[item.member_id, item.on_date] <= RULES.packets.claims_a_day

    def _expired(self, pairs: Pairs) -> None:
        for now, _ in pairs:
            for heap in self._heaps.values():
                if not heap.ended and heap.left and now >= heap.expires_at:
                    heap.ended = True
                    self._world.books.move(heap.account, heap.purse, heap.left)

    def check(self, connection: Connection) -> None:
        """Every claim is in the tables, and no other."""
        rows = connection.execute("SELECT packet_id, position, member_id, amount FROM packet_claim")
        assert {tuple(row) for row in rows} == {
            (heap.packet_id, position, taker, heap.shares[position])
            for heap in self._heaps.values()
            for position, taker in enumerate(heap.takers)
        }
