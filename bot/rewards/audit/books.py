"""What must be true of the books themselves: accounts, transfers, entries, lots and holds."""

from bot.core.money import Currency
from bot.rewards.audit.checks import AnyCheck, Check, RowCheck, Span
from bot.rewards.ledger.transfers import (
    HOUSE_KINDS,
    ROADS,
    AccountKind,
    AccountRef,
    Reason,
    digest_of,
)
from bot.store.connection import Row

_ACCOUNTS = "SELECT count(*) FROM account"
_NEW_TRANSFERS = "SELECT count(*) FROM transfer WHERE id > ?"
_NEW_ENTRIES = "SELECT count(*) FROM entry WHERE id > ?"
_NOTHING = "CAST(NULL AS INTEGER)"
_HOUSE = ", ".join(f"'{kind}'" for kind in sorted(HOUSE_KINDS))


def _digest(row: Row) -> str | None:
    try:
        currency = Currency(row["currency"])
        giver = AccountRef(currency, AccountKind(row["giver_kind"]), row["giver"])
        taker = AccountRef(
            Currency(row["taker_currency"]), AccountKind(row["taker_kind"]), row["taker"]
        )
    except ValueError:
        return f"transfer {row['key']} names an account of an unknown kind"
    expected = digest_of(
        giver,
        taker,
        amount=row["amount"],
        reason=row["reason"],
        reference=row["reference"],
        actor=row["actor"],
        reverses=row["original"],
    )
    return None if row["input_hash"] == expected else f"transfer {row['key']} was altered"


def _road(row: Row) -> str | None:
    known = row["reason"] in set(Reason)
    if (
        known
        and row["currency"] == row["taker_currency"]
        and (row["giver_kind"], row["taker_kind"]) in ROADS[Reason(row["reason"])]
    ):
        return None
    return (
        f"{row['key']} ({row['reason']}) moved from {row['giver_kind']}/{row['giver']}"
        f" to {row['taker_kind']}/{row['taker']}"
    )


_TRANSFER_ROWS = """
SELECT transfer.id AS transfer_id, CAST(NULL AS INTEGER) AS account_id, transfer.key,
    transfer.input_hash, transfer.amount, transfer.reason, transfer.reference, transfer.actor,
    giver.currency, giver.kind AS giver_kind, giver.holder AS giver,
    taker.currency AS taker_currency, taker.kind AS taker_kind, taker.holder AS taker,
    original.key AS original
FROM transfer
JOIN account AS giver ON giver.id = transfer.debit_account_id
JOIN account AS taker ON taker.id = transfer.credit_account_id
LEFT JOIN transfer AS original ON original.id = transfer.reverses
WHERE transfer.id > ? ORDER BY transfer.id LIMIT ?
"""

BOOKS: tuple[AnyCheck, ...] = (
    Check(
        name="zero_sum",
        sentence="All accounts of a currency add up to zero.",
        counted=_ACCOUNTS,
        exceptions=f"""
SELECT 'all ' || currency || ' accounts add up to ' || sum(balance), {_NOTHING}, {_NOTHING}
FROM account GROUP BY currency HAVING sum(balance) <> 0
""",
    ),
    Check(
        name="balance_is_last",
        sentence="Every account's balance is the one after its last entry.",
        counted=_ACCOUNTS,
        exceptions=f"""
SELECT kind || '/' || holder || ' shows ' || balance || ', its last entry ' || total, {_NOTHING}, id
FROM (
    SELECT account.*, coalesce(entry.balance_after, 0) AS total
    FROM account LEFT JOIN entry ON entry.id = account.last_entry_id
) AS account
WHERE balance <> total
""",
    ),
    Check(
        name="balance_is_sum",
        sentence="Every account's balance is the sum of its entries.",
        counted="SELECT count(DISTINCT account_id) FROM entry WHERE id > ?",
        exceptions=f"""
SELECT account.kind || '/' || account.holder || ' shows ' || account.balance
    || ', its entries add up to ' || (added.total + added.opening), {_NOTHING}, account.id
FROM (
    SELECT sums.account_id, sums.total, coalesce(old.balance_after, 0) AS opening
    FROM (
        SELECT account_id, sum(amount) AS total, min(id) AS first_id
        FROM entry WHERE id > ? GROUP BY account_id
    ) AS sums
    JOIN entry AS first ON first.id = sums.first_id
    LEFT JOIN entry AS old ON old.id = first.previous_id
) AS added
JOIN account ON account.id = added.account_id
WHERE account.balance <> added.total + added.opening
""",
        span=Span.ENTRIES,
    ),
    Check(
        name="balance_chain",
        sentence="Every entry's balance is the one before it plus its amount.",
        counted=_NEW_ENTRIES,
        exceptions="""
SELECT 'entry ' || id || ' follows ' || earlier || ' with ' || amount || ' and shows '
    || balance_after, transfer_id, account_id
FROM (
    SELECT entry.*, coalesce(old.balance_after, 0) AS earlier
    FROM entry LEFT JOIN entry AS old ON old.id = entry.previous_id
    WHERE entry.id > ?
) AS chained
WHERE balance_after <> earlier + amount
""",
        span=Span.ENTRIES,
    ),
    Check(
        name="entry_chain",
        sentence="Every entry names the one before it of its account.",
        counted=_NEW_ENTRIES,
        exceptions="""
SELECT 'entry ' || chained.id || ' names ' || coalesce(chained.previous_id || '', 'nothing')
    || ' as the one before it', chained.transfer_id, chained.account_id
FROM (
    SELECT entry.*, lag(id) OVER (PARTITION BY account_id ORDER BY id) AS earlier_id
    FROM entry WHERE entry.id > ?1
) AS chained
LEFT JOIN entry AS old ON old.id = chained.previous_id AND old.id <= ?1
WHERE CASE WHEN chained.earlier_id IS NULL
    THEN chained.previous_id IS NOT NULL AND old.account_id IS DISTINCT FROM chained.account_id
    ELSE chained.previous_id IS DISTINCT FROM chained.earlier_id END
""",
        span=Span.ENTRIES,
    ),
    Check(
        name="last_entry",
        sentence="Every account names its last entry.",
        counted=_ACCOUNTS,
        exceptions=f"""
SELECT account.kind || '/' || account.holder || ' names '
    || coalesce(account.last_entry_id || '', 'nothing') || ' as its last entry', {_NOTHING},
    account.id
FROM account
LEFT JOIN (SELECT account_id, max(id) AS id FROM entry WHERE id > ?1 GROUP BY account_id) AS added
    ON added.account_id = account.id
LEFT JOIN entry AS old ON old.id = account.last_entry_id AND old.id <= ?1
WHERE CASE WHEN added.id IS NULL
    THEN account.last_entry_id IS NOT NULL AND old.account_id IS DISTINCT FROM account.id
    ELSE account.last_entry_id IS DISTINCT FROM added.id END
""",
        span=Span.ENTRIES,
    ),
    Check(
        name="two_sides",
        sentence="Every transfer has two sides: what one account gives, the other receives.",
        counted="SELECT count(DISTINCT transfer_id) FROM entry WHERE id > ?",
        exceptions=f"""
SELECT 'transfer ' || key || ' of ' || amount || ' does not have its two sides', id, {_NOTHING}
FROM (
    SELECT transfer.id, transfer.key, transfer.amount,
        sum(CASE WHEN entry.account_id = transfer.debit_account_id AND entry.amount < 0
            THEN -entry.amount ELSE 0 END) AS given,
        sum(CASE WHEN entry.account_id = transfer.credit_account_id AND entry.amount > 0
            THEN entry.amount ELSE 0 END) AS received,
        sum(CASE WHEN entry.amount < 0 AND entry.account_id = transfer.debit_account_id
            OR entry.amount > 0 AND entry.account_id = transfer.credit_account_id
            THEN 0 ELSE 1 END) AS strange
    FROM entry JOIN transfer ON transfer.id = entry.transfer_id
    WHERE entry.transfer_id IN (SELECT added.transfer_id FROM entry AS added WHERE added.id > ?1)
    GROUP BY transfer.id, transfer.key, transfer.amount
) AS sides
WHERE given <> amount OR received <> amount OR strange > 0
UNION ALL
SELECT 'transfer ' || key || ' of ' || amount || ' has no sides', id, {_NOTHING}
FROM transfer
WHERE NOT EXISTS (SELECT 1 FROM entry WHERE entry.transfer_id = transfer.id)
    AND id > coalesce((SELECT old.transfer_id FROM entry AS old WHERE old.id <= ?1
        ORDER BY old.id DESC LIMIT 1), 0)
""",
        span=Span.ENTRIES,
    ),
    Check(
        name="no_overdraft",
        sentence="No account goes below zero, but a member's by a claw-back.",
        counted=_NEW_ENTRIES,
        exceptions="""
SELECT account.kind || '/' || account.holder || ' went to ' || entry.balance_after || ' by '
    || transfer.key, transfer.id, account.id
FROM entry
JOIN account ON account.id = entry.account_id
JOIN transfer ON transfer.id = entry.transfer_id
WHERE entry.id > ? AND entry.amount < 0 AND entry.balance_after < 0 AND account.kind <> 'issuance'
    AND NOT (transfer.reason = 'referral_clawback' AND account.kind = 'member')
""",
        span=Span.ENTRIES,
    ),
    Check(
        name="overdraft_exact",
        sentence="An account is allowed to be below zero exactly as far as it is.",
        counted=_ACCOUNTS,
        exceptions=f"""
SELECT kind || '/' || holder || ' holds ' || balance || ' and is allowed ' || overdraft
    || ' below zero', {_NOTHING}, id
FROM account WHERE overdraft <> greatest(0, -balance)
""",
    ),
    Check(
        name="lots_are_balance",
        sentence="What a member's lots hold, minus his debt, is his balance; nobody else has lots.",
        counted="SELECT count(*) FROM lot",
        exceptions=f"""
SELECT account.kind || '/' || account.holder || ' shows ' || account.balance || ', its lots hold '
    || coalesce(held.points, 0), {_NOTHING}, account.id
FROM account
LEFT JOIN (SELECT account_id, sum(points) AS points FROM lot GROUP BY account_id) AS held
    ON held.account_id = account.id
WHERE CASE WHEN account.kind = 'member' AND account.currency = 'points'
    THEN coalesce(held.points, 0) - account.overdraft <> account.balance
    ELSE held.account_id IS NOT NULL END
""",
    ),
    Check(
        name="lots_are_entries",
        sentence="Every lot holds what its entries add up to, and never less than nothing.",
        counted="SELECT count(*) FROM lot",
        exceptions=f"""
SELECT 'lot ' || lot.expires_on || ' of account ' || lot.account_id || ' holds ' || lot.points
    || ', its entries add up to ' || coalesce(sums.points, 0), {_NOTHING}, lot.account_id
FROM lot
LEFT JOIN (
    SELECT account_id, lot, sum(amount) AS points FROM entry GROUP BY account_id, lot
) AS sums ON sums.account_id = lot.account_id AND sums.lot = lot.expires_on
WHERE lot.points <> coalesce(sums.points, 0) OR lot.points < 0
""",
    ),
    Check(
        name="entry_lots",
        sentence="Entries of members' points name their lot, and no others do.",
        counted=_NEW_ENTRIES,
        exceptions="""
SELECT 'entry ' || entry.id || ' of ' || account.kind || '/' || account.holder || ' names the lot "'
    || entry.lot || '"', entry.transfer_id, account.id
FROM entry JOIN account ON account.id = entry.account_id
WHERE entry.id > ?
    AND (entry.lot <> '') <> (account.kind = 'member' AND account.currency = 'points')
""",
        span=Span.ENTRIES,
    ),
    Check(
        name="no_orphan",
        sentence="Every entry has its transfer and account, every transfer its two accounts.",
        counted=_NEW_ENTRIES,
        exceptions=f"""
SELECT 'entry ' || entry.id || ' has no transfer or no account', entry.transfer_id, entry.account_id
FROM entry
LEFT JOIN transfer ON transfer.id = entry.transfer_id
LEFT JOIN account ON account.id = entry.account_id
WHERE entry.id > ? AND (transfer.id IS NULL OR account.id IS NULL)
UNION ALL
SELECT 'transfer ' || transfer.key || ' has an account that does not exist', transfer.id, {_NOTHING}
FROM transfer
LEFT JOIN account AS giver ON giver.id = transfer.debit_account_id
LEFT JOIN account AS taker ON taker.id = transfer.credit_account_id
WHERE giver.id IS NULL OR taker.id IS NULL
""",
        span=Span.ENTRIES,
    ),
    Check(
        name="holders_exist",
        sentence="Every account belongs to somebody or something that exists.",
        counted=_ACCOUNTS,
        exceptions=f"""
WITH holders AS MATERIALIZED (
    SELECT 'member' AS kind, CAST(id AS TEXT) AS holder FROM member
    UNION ALL SELECT 'packet', CAST(id AS TEXT) FROM packet
    UNION ALL SELECT 'hold', CAST(id AS TEXT) FROM hold
)
SELECT account.kind || '/' || account.holder || ' belongs to nobody', {_NOTHING}, account.id
FROM account
LEFT JOIN holders ON holders.holder = account.holder AND holders.kind = account.kind
WHERE CASE WHEN account.kind IN ('member', 'packet', 'hold') THEN holders.holder IS NULL
    WHEN account.kind IN ({_HOUSE}) THEN account.holder <> ''
    ELSE account.holder = '' END
""",
    ),
    Check(
        name="unique_keys",
        sentence="No key and no account's name is used twice.",
        counted=f"SELECT (SELECT count(*) FROM transfer) + ({_ACCOUNTS})",
        exceptions=f"""
SELECT count(*) || ' transfers have the key ' || key, min(id), {_NOTHING}
FROM transfer GROUP BY key HAVING count(*) > 1
UNION ALL
SELECT count(*) || ' accounts are ' || currency || ' ' || kind || '/' || holder, {_NOTHING}, min(id)
FROM account GROUP BY currency, kind, holder HAVING count(*) > 1
""",
    ),
    RowCheck(
        name="roads",
        sentence="Every transfer moves between the accounts that its reason allows.",
        rows=_TRANSFER_ROWS,
        wrong=_road,
        span=Span.TRANSFERS,
    ),
    RowCheck(
        name="input_hash",
        sentence="Every transfer is still what was asked for (its hash is right).",
        rows=_TRANSFER_ROWS,
        wrong=_digest,
        span=Span.TRANSFERS,
    ),
    Check(
        name="reversals",
        sentence="Every reversal mirrors one transfer, and none is reversed twice.",
        counted="SELECT count(*) FROM transfer WHERE reverses IS NOT NULL AND id > ?",
        exceptions=f"""
SELECT later.key || ' is no proper reversal', later.id, {_NOTHING}
FROM transfer AS later
LEFT JOIN transfer AS original ON original.id = later.reverses
WHERE later.reverses IS NOT NULL AND later.id > ?1 AND (original.id IS NULL
    OR original.reverses IS NOT NULL
    OR original.amount <> later.amount
    OR original.debit_account_id <> later.credit_account_id
    OR original.credit_account_id <> later.debit_account_id)
UNION ALL
SELECT 'transfer ' || later.reverses || ' was reversed more than once', later.reverses, {_NOTHING}
FROM transfer AS later JOIN transfer AS other ON other.reverses = later.reverses
WHERE later.id > ?1 AND other.id < later.id
""",
        span=Span.TRANSFERS,
    ),
    Check(
        name="named",
        sentence="Every transfer names its cause and who made it.",
        counted=_NEW_TRANSFERS,
        exceptions=f"""
SELECT 'transfer ' || id || ' (' || key || ') does not', id, {_NOTHING}
FROM transfer WHERE id > ? AND (key = '' OR reference = '' OR actor = '')
""",
        span=Span.TRANSFERS,
    ),
    Check(
        name="holds",
        sentence="Every hold keeps what it took until it ends, and nothing after.",
        counted="SELECT count(*) FROM hold",
        exceptions=f"""
WITH named AS MATERIALIZED (SELECT CAST(id AS TEXT) AS holder, key FROM hold)
SELECT 'hold ' || hold.key || ' is ' || hold.state || ' and its account holds '
    || coalesce(account.balance, 0) || ' of ' || hold.amount, placed.id, account.id
FROM hold
LEFT JOIN account ON account.currency = hold.currency AND account.kind = 'hold'
    AND account.holder = hold.id || ''
LEFT JOIN transfer AS placed ON placed.key = 'hold/' || hold.key
LEFT JOIN transfer AS ended ON ended.key = 'hold/' || hold.key
    || CASE hold.state WHEN 'posted' THEN '/posted' ELSE '/voided' END
WHERE placed.amount IS DISTINCT FROM hold.amount
    OR account.balance IS DISTINCT FROM CASE hold.state WHEN 'pending' THEN hold.amount ELSE 0 END
    OR (hold.state <> 'pending') <> (ended.id IS NOT NULL)
UNION ALL
SELECT transfer.key || ' has no hold', transfer.id, {_NOTHING}
FROM transfer
JOIN account ON account.kind = 'hold'
    AND account.id IN (transfer.debit_account_id, transfer.credit_account_id)
LEFT JOIN named ON named.holder = account.holder AND transfer.key IN ('hold/' || named.key,
    'hold/' || named.key || '/posted', 'hold/' || named.key || '/voided',
    'hold/' || named.key || '/returned')
WHERE named.key IS NULL
""",
    ),
)
