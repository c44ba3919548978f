"""Red packets against a model that hands shares out from a list.

Openings, taps, repeated taps, whole crowds at once, wrong and right words, the expiry job and the
clock come in any order; after every step the audit is clean and nothing is lost.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.core.ids import GroupKey, MemberId, PacketId
from bot.rewards.audit.audit import audit
from bot.rewards.ledger.ledger import AccountRef
from bot.rewards.packets.claiming import ClaimRequest
from bot.rewards.packets.lane import (
    Announced,
    apply_announcements,
    apply_claims,
    apply_expiries,
    apply_opens,
)
from bot.rewards.packets.opening import OpenRequest
from bot.rewards.packets.packet import (
    AlreadyClaimed,
    Claimed,
    ClaimResult,
    DayFull,
    Empty,
    Finish,
    Gate,
    NoSuchPacket,
    OpenedPacket,
    Over,
    PacketKind,
    PacketRefused,
    Paused,
    TooNew,
    WordMissing,
    WrongWord,
)
from tests.support.engines import examples
from tests.unit.rewards.support import (
    DAY,
    NOW,
    SHANGHAI,
    balance,
    claim,
    member,
    new_books,
    packet,
    rules,
    run,
)

GROUPS = [GroupKey("vip"), GroupKey("tea")]
ALLOWANCE = 500
MOST_A_DAY = 800
CLAIMS_A_DAY = 2
TRIES = 2
PAUSE = timedelta(minutes=10)
RULES = rules(
    most_points_a_day=MOST_A_DAY, claims_a_day=CLAIMS_A_DAY, tries=TRIES, tries_minutes=10
)


@dataclass
class Heap:
    """A packet as the model sees it: shares from the front of a list."""

    packet_id: PacketId
    group: GroupKey
    shares: list[int]
    created_at: datetime
    expires_at: datetime
    word: str = ""
    takers: list[int] = field(default_factory=list)
    wrong: dict[int, list[datetime]] = field(default_factory=dict)
    ended: bool = False
    announced: bool = False

    @property
    def left(self) -> int:
        return sum(self.shares[len(self.takers) :])


class PacketMachine(RuleBasedStateMachine):
    """Drives the tables and the model side by side."""

    @initialize()
    def open_books(self) -> None:
        self.books = new_books()
        self.now = NOW
        self.heaps: list[Heap] = []
        self.opened: dict[str, OpenedPacket] = {}
        self.requests: dict[str, OpenRequest] = {}
        self.pools = dict.fromkeys(GROUPS, 0)
        self.filled: set[tuple[GroupKey, object]] = set()
        self.has: dict[int, int] = {}
        self.claims: dict[str, Claimed] = {}
        self.taps: dict[str, ClaimRequest] = {}
        self.sent: dict[object, int] = {}
        self.taken: dict[tuple[int, object], int] = {}
        self.count = 0

    # the owners

    @rule(
        group=st.sampled_from(GROUPS),
        shares=st.integers(1, 6),
        each=st.integers(1, 80),
        spare=st.integers(0, 5),
        kind=st.sampled_from(PacketKind),
        word=st.sampled_from(["", "", "pear"]),
        seed=st.integers(0, 99),
    )
    def open_a_packet(
        self,
        group: GroupKey,
        shares: int,
        each: int,
        spare: int,
        kind: PacketKind,
        word: str,
        seed: int,
    ) -> None:
        points = shares * each + (spare if kind is PacketKind.LUCKY else 0)
        self.count += 1
        key, gate = f"open {self.count}", Gate.password(word) if word else Gate()
        request = packet(
            key, points, shares, kind, self.now, RULES, group=group, seed=seed, gate=gate
        )
        (answer,) = run(self.books, apply_opens, request)
        due = (group, request.on_date) not in self.filled
        pool = max(self.pools[group], ALLOWANCE) if due else self.pools[group]
        sent = self.sent.get(request.on_date, 0)
        if points > pool or sent + points > MOST_A_DAY:
            assert isinstance(answer, PacketRefused)
            assert answer.data.get("pool", pool) == pool
            assert answer.data.get("left", MOST_A_DAY - sent) == MOST_A_DAY - sent
            return
        assert isinstance(answer, OpenedPacket)
        assert not isinstance(request.drawn, PacketRefused)
        self.pools[group] = pool - points
        self.sent[request.on_date] = sent + points
        self.filled.add((group, request.on_date))
        drawn = list(request.drawn[0].shares)
        heap = Heap(answer.packet_id, group, drawn, self.now, answer.expires_at, word)
        self.heaps.append(heap)
        self.opened[request.key], self.requests[request.key] = answer, request

    @precondition(lambda self: bool(getattr(self, "opened", None)))
    @rule(number=st.integers(0, 99))
    def an_owner_confirms_again(self, number: int) -> None:
        key = list(self.opened)[number % len(self.opened)]
        (answer,) = run(self.books, apply_opens, self.requests[key])
        first = self.opened[key]
        assert (answer.packet_id, answer.proof) == (first.packet_id, first.proof)
        assert answer.replayed

    # the members

    @rule(
        crowd=st.lists(
            st.tuples(
                st.integers(1, 4),
                st.integers(1, 8),
                st.booleans(),
                st.sampled_from(["", "ＰＥＡＲ", "plum"]),
            ),
            min_size=1,
            max_size=12,
        )
    )
    def a_crowd_taps(self, crowd: list[tuple[int, int, bool, str]]) -> None:
        requests = []
        for packet_id, number, is_new, word in crowd:
            self.count += 1
            joined_at = self.now - timedelta(hours=1) if is_new else None
            key = f"tap {self.count}"
            request = claim(packet_id, number, key, self.now, joined_at, RULES, word=word)
            requests.append(request)
            self.taps[request.key] = request
        expected = [self.expect(request) for request in requests]
        assert self.tap(requests) == expected

    @precondition(lambda self: bool(getattr(self, "claims", None)))
    @rule(number=st.integers(0, 99))
    def a_tap_comes_again(self, number: int) -> None:
        key = list(self.claims)[number % len(self.claims)]
        assert self.tap([self.taps[key]]) == [self.claims[key]]

    def tap(self, requests: list[ClaimRequest]) -> list[ClaimResult]:
        return run(self.books, apply_claims, *requests)

    def expect(self, request: ClaimRequest) -> ClaimResult:
        """The model's answer."""
        heap = next((heap for heap in self.heaps if heap.packet_id == request.packet_id), None)
        if heap is None:
            return NoSuchPacket()
        if request.member_id in heap.takers:
            return AlreadyClaimed(heap.shares[heap.takers.index(request.member_id)])
        if len(heap.takers) == len(heap.shares):
            return Empty()
        if heap.ended or self.now >= heap.expires_at:
            return Over()
        if request.joined_at is not None:
            return TooNew(24, request.joined_at + DAY)
        if self.taken.get((request.member_id, self.today), 0) >= CLAIMS_A_DAY:
            return DayFull(CLAIMS_A_DAY)
        refused = self.hear(heap, request) if heap.word else None
        return refused or self.hand_out(heap, request)

    @property
    def today(self) -> object:
        return self.now.astimezone(SHANGHAI).date()

    def hear(self, heap: Heap, request: ClaimRequest) -> ClaimResult | None:
        """What the word changes: nothing when it is the right one, and not said in a pause."""
        if not request.word:
            return WordMissing()
        wrong = heap.wrong.setdefault(request.member_id, [])
        recent = [at for at in wrong if at > self.now - PAUSE]
        if len(recent) >= TRIES:
            return Paused(recent[-TRIES] + PAUSE)
        if request.word == "ＰＥＡＲ":
            return None
        wrong.append(self.now)
        left = TRIES - len(recent) - 1
        return WrongWord(left) if left else Paused([*recent, self.now][0] + PAUSE)

    def hand_out(self, heap: Heap, request: ClaimRequest) -> Claimed:
        day = (request.member_id, self.today)
        self.taken[day] = self.taken.get(day, 0) + 1
        position = len(heap.takers)
        amount = heap.shares[position]
        heap.takers.append(request.member_id)
        self.has[request.member_id] = self.has.get(request.member_id, 0) + amount
        left = len(heap.shares) - position - 1
        self.claims[request.key] = Claimed(
            packet_id=heap.packet_id,
            position=position,
            amount=amount,
            left_shares=left,
            balance=self.has[request.member_id],
            finished=None if left else self.finish(heap),
        )
        return self.claims[request.key]

    def finish(self, heap: Heap) -> Finish:
        heap.ended = True
        best = max(heap.shares)
        return Finish(
            points=sum(heap.shares),
            shares=len(heap.shares),
            seconds=int((self.now - heap.created_at).total_seconds()),
            best_member_id=MemberId(heap.takers[heap.shares.index(best)]),
            best_points=best,
        )

    # the clock

    @rule(hours=st.sampled_from([0.1, 0.2, 1, 11, 12, 30]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_job_runs(self) -> None:
        (ended,) = run(self.books, apply_expiries, self.now)
        for heap in self.heaps:
            if not heap.ended and self.now >= heap.expires_at:
                heap.ended = True
                self.pools[heap.group] += heap.left
        waiting = [heap for heap in self.heaps if heap.ended and heap.left and not heap.announced]
        assert [(packet.packet_id, packet.left_points) for packet in ended] == [
            (heap.packet_id, heap.left) for heap in waiting
        ]

    @rule()
    def ends_are_announced(self) -> None:
        (ended,) = run(self.books, apply_expiries, NOW - DAY)
        ids = tuple(packet.packet_id for packet in ended)
        run(self.books, apply_announcements, Announced(ids, self.now))
        for heap in self.heaps:
            heap.announced = heap.announced or heap.packet_id in ids

    # what must always be so

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "books"):
            return
        assert audit(self.books).broken == ()
        for group in GROUPS:
            assert balance(self.books, AccountRef.group_pool(group)) == self.pools[group]
        for number in range(1, 9):
            assert balance(self.books, member(number)) == self.has.get(number, 0)
        for heap in self.heaps:
            held = balance(self.books, AccountRef.packet(heap.packet_id))
            assert held == (0 if heap.ended else heap.left)

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.books.close()


@pytest.mark.usefixtures("engine")
def test_any_story_of_packets_hands_out_what_the_model_does() -> None:
    run_state_machine_as_test(
        PacketMachine, settings=settings(max_examples=examples(60), stateful_step_count=30)
    )
