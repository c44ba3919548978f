"""What redemptions do to the books: points and pieces are held, then given or taken back.

Both holds end when the redemption says so; they have no clock of their own. A return goes the way
of the hold backwards: out of what was spent, into the hold, and from there to the giver, so that
points come back to the lots they were taken from.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.errors import LedgerError
from bot.core.money import Currency
from bot.rewards.ledger.holds import (
    Hold,
    HoldEnd,
    HoldRequest,
    HoldState,
    end_holds,
    place_holds,
)
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.transfers import AccountKind, AccountRef, Reason, Transfer
from bot.rewards.redemption.fulfilment import Moved, StepRequest
from bot.rewards.redemption.redemption import Keeping, Redemption, piece_of, points_of
from bot.store.connection import Connection


def pay(connection: Connection, redemptions: Sequence[Redemption]) -> list[Redemption]:
    """Hold or take what new redemptions cost; each comes back with the ids of its holds.

    Raises LedgerError when the books cannot: what was decided on was then not what is in them.
    """
    held = [redemption for redemption in redemptions if redemption.unit is not None]
    requests = [request for redemption in held for request in _requests(redemption)]
    holds = {hold.key: hold for hold in map(_placed, place_holds(connection, requests))}
    paid = [
        replace(
            redemption,
            points_hold=None if redemption.is_won else holds[redemption.points_key].hold_id,
            piece_hold=holds[redemption.piece_key].hold_id,
        )
        if redemption.unit is not None
        else redemption
        for redemption in redemptions
    ]
    end_holds(
        connection,
        [
            HoldEnd(part.hold_id, HoldState.POSTED, _member(redemption), redemption.at)
            for redemption in paid
            for part in _parts(redemption)
            if part.keeping(redemption) is Keeping.POSTED
        ],
    )
    titles = [redemption for redemption in redemptions if redemption.unit is None]
    post_all(connection, [(_title(redemption),) for redemption in titles])
    return paid


def settle(connection: Connection, moves: Iterable[tuple[Moved, StepRequest]]) -> None:
    """Let the books follow redemptions that moved on."""
    ends: list[HoldEnd] = []
    returns: list[tuple[Transfer, ...]] = []
    for moved, request in moves:
        if moved.after.unit is None:
            returns.append((_title_back(moved.after, request),))
            continue
        for part in _parts(moved.after):
            was, is_now = part.keeping(moved.before), part.keeping(moved.after)
            if was is Keeping.PENDING and is_now is not Keeping.PENDING:
                ends.append(_end(part, is_now, request))
            elif was is Keeping.POSTED and is_now is Keeping.RETURNED and part.comes_back(request):
                returns.append(part.back(request))
    end_holds(connection, ends)
    post_all(connection, returns)


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the things that a redemption holds: its points, its piece."""

    hold_id: int
    key: str
    giver: AccountRef
    amount: int
    reference: str

    @property
    def is_points(self) -> bool:
        return self.giver.currency is Currency.POINTS

    def keeping(self, redemption: Redemption) -> Keeping:
        if self.is_points:
            return points_of(redemption.kind, redemption.state)
        return piece_of(redemption.state, is_won=redemption.is_won)

    def comes_back(self, request: StepRequest) -> bool:
        """Points always do; a piece does when it can be given again."""
        return self.is_points or request.restocks

    def back(self, request: StepRequest) -> tuple[Transfer, Transfer]:
        account = AccountRef.hold(self.hold_id, self.giver.currency)
        spent = AccountRef.house(AccountKind.SPENT, self.giver.currency)
        key = f"hold/{self.key}"
        unspent = Transfer(
            key=f"{key}/returned",
            debit=spent,
            credit=account,
            amount=self.amount,
            reason=Reason.REDEMPTION_RETURN,
            reference=self.reference,
            actor=request.actor,
            at=request.at,
            reverses=f"{key}/posted",
        )
        given_back = Transfer(
            key=f"{key}/voided",
            debit=account,
            credit=self.giver,
            amount=self.amount,
            reason=Reason.HOLD_VOIDED,
            reference=self.reference,
            actor=request.actor,
            at=request.at,
            reverses=key,
            expires_on=request.usable_until if self.is_points else None,
        )
        return unspent, given_back


def _parts(redemption: Redemption) -> Iterator[_Part]:
    reference, points_hold = redemption.reference, redemption.points_hold
    if points_hold is not None:
        member = AccountRef.member(redemption.member_id)
        yield _Part(points_hold, redemption.points_key, member, redemption.points, reference)
    if redemption.piece_hold is not None and redemption.giver is not None:
        piece, giver = redemption.piece_hold, redemption.giver
        yield _Part(piece, redemption.piece_key, giver, redemption.pieces, reference)


def _requests(redemption: Redemption) -> Iterator[HoldRequest]:
    assert redemption.giver is not None, "only what has pieces is held"
    wanted = [(redemption.piece_key, redemption.giver, redemption.pieces)]
    if not redemption.is_won:
        member = AccountRef.member(redemption.member_id)
        wanted.insert(0, (redemption.points_key, member, redemption.points))
    for key, giver, amount in wanted:
        yield HoldRequest(
            key, giver, amount, redemption.reference, _member(redemption), redemption.at
        )


def _placed(answer: Hold | LedgerError) -> Hold:
    if isinstance(answer, LedgerError):
        raise answer
    return answer


def _end(part: _Part, keeping: Keeping, request: StepRequest) -> HoldEnd:
    """A code that is returned unused was never given: its piece is voided."""
    posted = keeping is Keeping.POSTED
    return HoldEnd(
        hold_id=part.hold_id,
        state=HoldState.POSTED if posted else HoldState.VOIDED,
        actor=request.actor,
        at=request.at,
        usable_until=request.usable_until if part.is_points and not posted else None,
    )


def _title(redemption: Redemption) -> Transfer:
    return Transfer(
        key=redemption.points_key,
        debit=AccountRef.member(redemption.member_id),
        credit=AccountRef.house(AccountKind.SPENT),
        amount=redemption.points,
        reason=Reason.TITLE,
        reference=redemption.reference,
        actor=_member(redemption),
        at=redemption.at,
    )


def _title_back(redemption: Redemption, request: StepRequest) -> Transfer:
    return Transfer(
        key=f"{redemption.points_key}/returned",
        debit=AccountRef.house(AccountKind.SPENT),
        credit=AccountRef.member(redemption.member_id),
        amount=redemption.points,
        reason=Reason.REDEMPTION_RETURN,
        reference=redemption.reference,
        actor=request.actor,
        at=request.at,
        reverses=redemption.points_key,
        expires_on=request.usable_until,
    )


def _member(redemption: Redemption) -> str:
    return f"member/{redemption.member_id}"
