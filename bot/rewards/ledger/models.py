"""The tables of the books, for reading; lanes write them."""

from tortoise import fields
from tortoise.models import Model

from bot.core.money import Currency
from bot.rewards.ledger.transfers import AccountKind, AccountRef
from bot.store.fields import InstantField


class AccountRow(Model):
    """An account; ``balance`` in the currency's unit."""

    id = fields.IntField(primary_key=True)
    currency = fields.CharField(max_length=8)
    kind = fields.CharField(max_length=8)
    holder = fields.TextField()
    balance = fields.BigIntField()
    overdraft = fields.BigIntField()

    @property
    def ref(self) -> AccountRef:
        """The account's name."""
        return AccountRef(Currency(self.currency), AccountKind(self.kind), self.holder)

    class Meta:
        table = "account"


class TransferRow(Model):
    """A transfer."""

    id = fields.IntField(primary_key=True)
    key = fields.TextField()
    debit_account: fields.ForeignKeyRelation[AccountRow] = fields.ForeignKeyField(
        "models.AccountRow", related_name="gave"
    )
    credit_account: fields.ForeignKeyRelation[AccountRow] = fields.ForeignKeyField(
        "models.AccountRow", related_name="received"
    )
    amount = fields.BigIntField()
    reason = fields.TextField()
    reference = fields.TextField()
    actor = fields.TextField()
    at = InstantField()
    reverses = fields.IntField(null=True)

    class Meta:
        table = "transfer"


async def read_account_balance(ref: AccountRef) -> int:
    """The balance of an account, in its currency's unit; 0 for one that does not exist yet."""
    row = await AccountRow.get_or_none(currency=ref.currency, kind=ref.kind, holder=ref.holder)
    return 0 if row is None else row.balance
