"""Funds: the lanes that fill and empty campaigns' accounts, and what is asked about them.

A row of what was given and its transfer are written together. Campaigns are few, so each item is
looked at by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.campaigns.funding import (
    Account,
    CampaignOver,
    CashAsked,
    CashConfirmation,
    CashGiven,
    CashId,
    CashOrder,
    CashTooLate,
    CashWish,
    ConfirmAnswer,
    Level,
    Move,
    NeedsAnother,
    NoSuchCash,
    OverBudget,
    WishAnswer,
    give_cash,
    level,
)
from bot.core.errors import KeyReused, YutangError
from bot.core.ids import EventKey, MemberId
from bot.core.money import Currency
from bot.rewards.ledger.lane import load_accounts, post_all
from bot.rewards.ledger.transfers import AccountRef
from bot.store.connection import Connection, Row
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane

CURRENCIES: Final = (Currency.POINTS, Currency.FEN)

_GIVEN: Final = """
SELECT coalesce(CAST(sum(amount) AS INTEGER), 0) AS given, count(*) AS moves FROM campaign_fund
WHERE campaign = ? AND currency = ?
"""

_WRITE_MOVE: Final = """
INSERT INTO campaign_fund (campaign, currency, number, amount, given, budget, cash_id, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

_ORDER: Final = """
SELECT id, event_key, campaign, amount, proposed_by, second_needed, expires_at, confirmed_key
FROM campaign_cash
"""

_WRITE_ORDER: Final = """
INSERT INTO campaign_cash (id, event_key, campaign, amount, proposed_by, proposed_at,
    second_needed, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

_CONFIRM: Final = """
UPDATE campaign_cash SET confirmed_by = ?, confirmed_at = ?, confirmed_key = ? WHERE id = ?
"""

_STANDING: Final = """
SELECT f.campaign, f.currency, CAST(sum(f.amount) AS INTEGER) AS given, count(*) AS moves,
    coalesce(max(a.balance), 0) AS balance
FROM campaign_fund AS f
LEFT JOIN account AS a ON a.currency = f.currency AND a.kind = 'campaign' AND a.holder = f.campaign
GROUP BY f.campaign, f.currency
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a run of a campaign was given so far, and holds now."""

    points: Account
    fen: Account

    @classmethod
    def empty(cls, campaign: str) -> "Standing":
        """Of a campaign that was given nothing yet."""
        return cls(Account(campaign, Currency.POINTS), Account(campaign, Currency.FEN))

    def fits(self, wanted: Level) -> bool:
        """Whether nothing is to move for these budgets."""
        return all(
            level(account, wanted.of(account.currency), wanted.at) is None
            for account in (self.points, self.fen)
        )


class Funds:
    """The money of all campaigns."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._levels: Lane[Level, None] = store.lane("campaign levels", apply_levels)
        self._wishes: Lane[CashWish, WishAnswer] = store.lane("campaign cash", apply_cash_wishes)
        self._confirmations: Lane[CashConfirmation, ConfirmAnswer] = store.lane(
            "campaign cash confirmations", apply_confirmations
        )

    async def level(self, wish: Level) -> None:
        """Bring a campaign's account to its budgets, or empty it. May be repeated."""
        await self._levels.submit(wish)

    async def ask(self, wish: CashWish) -> WishAnswer:
        """Note that money is to be given. The same event gets its first answer."""
        return await self._wishes.submit(wish)

    async def confirm(self, confirmation: CashConfirmation) -> ConfirmAnswer:
        """Give money that was asked for, once. The same event gets its first answer."""
        return await self._confirmations.submit(confirmation)

    async def read_all(self) -> Mapping[str, Standing]:
        """Every campaign that was ever given something."""
        accounts: dict[str, dict[Currency, Account]] = {}
        for row in await self._store.read(_STANDING):
            currency = Currency(row["currency"])
            accounts.setdefault(row["campaign"], {})[currency] = Account(
                row["campaign"], currency, row["given"], row["moves"], row["balance"]
            )
        return {
            campaign: Standing(
                of.get(Currency.POINTS, Account(campaign, Currency.POINTS)),
                of.get(Currency.FEN, Account(campaign, Currency.FEN)),
            )
            for campaign, of in accounts.items()
        }


def apply_levels(connection: Connection, wishes: Sequence[Level]) -> list[None]:
    """Bring accounts to their budgets within the open transaction."""
    for wish in wishes:
        for currency in CURRENCIES:
            account = _load(connection, wish.campaign, currency)
            move = level(account, wish.of(currency), wish.at)
            if move is not None:
                _write(connection, move)
    return [None] * len(wishes)


def apply_cash_wishes(
    connection: Connection, wishes: Sequence[CashWish]
) -> list[WishAnswer | YutangError]:
    """Note wishes within the open transaction."""
    return [_ask(connection, wish) for wish in wishes]


def apply_confirmations(
    connection: Connection, confirmations: Sequence[CashConfirmation]
) -> list[ConfirmAnswer]:
    """Give confirmed money within the open transaction."""
    return [_confirm(connection, confirmation) for confirmation in confirmations]


def _ask(connection: Connection, wish: CashWish) -> WishAnswer | YutangError:
    known = _find(connection, "event_key = ?", wish.key)
    if known is not None:
        asked = (known.campaign, known.amount, known.proposed_by)
        if asked != (wish.campaign, wish.amount, wish.operator_id):
            return KeyReused("other money was asked for with this event", key=wish.key)
        return CashAsked(known)
    account = _load(connection, wish.campaign, Currency.FEN)
    left = max(0, wish.budget - account.given)
    if wish.amount > left:
        return OverBudget(wish.budget, left)
    (number,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM campaign_cash").fetchone()
    order = CashOrder(
        cash_id=CashId(number),
        key=wish.key,
        campaign=wish.campaign,
        amount=wish.amount,
        proposed_by=wish.operator_id,
        second_needed=wish.amount > wish.second_over,
        expires_at=wish.expires_at,
    )
    connection.execute(
        _WRITE_ORDER,
        (
            order.cash_id,
            order.key,
            order.campaign,
            order.amount,
            order.proposed_by,
            to_micros(wish.at),
            int(order.second_needed),
            to_micros(order.expires_at),
        ),
    )
    return CashAsked(order)


def _confirm(connection: Connection, wish: CashConfirmation) -> ConfirmAnswer:
    order = _find(connection, "id = ?", wish.number)
    if order is None or order.confirmed_key not in (None, wish.key):
        return NoSuchCash()
    account = _load(connection, order.campaign, Currency.FEN)
    if order.confirmed_key is not None:
        return CashGiven(order, account.balance)
    if order.second_needed and order.proposed_by == wish.operator_id:
        return NeedsAnother()
    if wish.at >= order.expires_at:
        return CashTooLate(order.expires_at)
    budget = dict(wish.budgets).get(order.campaign)
    if budget is None:
        return CampaignOver()
    move = give_cash(account, order, operator_id=wish.operator_id, budget=budget, at=wish.at)
    if isinstance(move, OverBudget):
        return move
    connection.execute(_CONFIRM, (wish.operator_id, to_micros(wish.at), wish.key, order.cash_id))
    _write(connection, move)
    return CashGiven(replace(order, confirmed_key=wish.key), account.balance + order.amount)


def _load(connection: Connection, campaign: str, currency: Currency) -> Account:
    given, moves = connection.execute(_GIVEN, (campaign, currency)).fetchone()
    ref = AccountRef.campaign(campaign, currency)
    account = load_accounts(connection, [ref]).get(ref)
    return Account(campaign, currency, given, moves, 0 if account is None else account.balance)


def _write(connection: Connection, move: Move) -> None:
    connection.execute(
        _WRITE_MOVE,
        (
            move.campaign,
            move.currency,
            move.number,
            move.amount,
            move.given,
            move.budget,
            move.cash_id,
            to_micros(move.at),
        ),
    )
    post_all(connection, [(move.transfer(),)])


def _find(connection: Connection, condition: str, value: str | int) -> CashOrder | None:
    """The money for which a condition holds."""
    row = connection.execute(f"{_ORDER} WHERE {condition}", (value,)).fetchone()
    return None if row is None else _order(row)


def _order(row: Row) -> CashOrder:
    confirmed = row["confirmed_key"]
    return CashOrder(
        cash_id=CashId(row["id"]),
        key=EventKey(row["event_key"]),
        campaign=row["campaign"],
        amount=row["amount"],
        proposed_by=MemberId(row["proposed_by"]),
        second_needed=row["second_needed"] == 1,
        expires_at=from_micros(row["expires_at"]),
        confirmed_key=None if confirmed is None else EventKey(confirmed),
    )
