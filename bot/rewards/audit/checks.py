"""What must be true of the books, each as a sentence for people and a query for its exceptions.

``counted`` says how many things the check looked at. ``exceptions`` yields a row for everything
that is wrong: a sentence, and the transfer and the account whose entries stand behind it (either
may be null). The queries are plain SQL beside four functions that ``audit`` provides:
``digest_of_row``, ``may_travel``, ``proof_of`` and, from SQLite, JSON.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true; ``name`` is stable, for machines and tests."""

    name: str
    sentence: str
    counted: str
    exceptions: str


_TRANSFERS = "SELECT count(*) FROM transfer"
_ENTRIES = "SELECT count(*) FROM entry"
_ACCOUNTS = "SELECT count(*) FROM account"

BOOKS = (
    Check(
        name="zero_sum",
        sentence="All accounts of a currency add up to zero.",
        counted=_ACCOUNTS,
        exceptions="""
SELECT printf('all %s accounts add up to %d', currency, sum(balance)), NULL, NULL
FROM account GROUP BY currency HAVING sum(balance) <> 0
""",
    ),
    Check(
        name="balance_is_sum",
        sentence="Every account's balance is the sum of its entries.",
        counted=_ACCOUNTS,
        exceptions="""
SELECT printf('%s/%s shows %d, its entries add up to %d', kind, holder, balance, total), NULL, id
FROM (
    SELECT *, (SELECT coalesce(sum(amount), 0) FROM entry WHERE account_id = account.id) AS total
    FROM account
)
WHERE balance <> total
""",
    ),
    Check(
        name="balance_chain",
        sentence="Every entry's balance is the one before it plus its amount.",
        counted=_ENTRIES,
        exceptions="""
SELECT printf('entry %d follows %d with %+d and shows %d', id, earlier, amount, balance_after),
    transfer_id, account_id
FROM (
    SELECT *, lag(balance_after, 1, 0) OVER (PARTITION BY account_id ORDER BY id) AS earlier
    FROM entry
)
WHERE balance_after <> earlier + amount
""",
    ),
    Check(
        name="two_entries",
        sentence="Every transfer has two entries: what one account gives, the other receives.",
        counted=_TRANSFERS,
        exceptions="""
SELECT printf('transfer %s of %d does not have its two entries', key, amount), id, NULL
FROM transfer
WHERE (SELECT count(*) FROM entry WHERE transfer_id = transfer.id) <> 2
    OR NOT EXISTS (SELECT 1 FROM entry WHERE transfer_id = transfer.id
        AND account_id = transfer.debit_account_id AND entry.amount = -transfer.amount)
    OR NOT EXISTS (SELECT 1 FROM entry WHERE transfer_id = transfer.id
        AND account_id = transfer.credit_account_id AND entry.amount = transfer.amount)
""",
    ),
    Check(
        name="no_overdraft",
        sentence="No account goes below zero, but a member's by a claw-back.",
        counted=_ENTRIES,
        exceptions="""
SELECT printf('%s/%s went to %d by %s', account.kind, account.holder, entry.balance_after,
    transfer.key), transfer.id, account.id
FROM entry
JOIN account ON account.id = entry.account_id
JOIN transfer ON transfer.id = entry.transfer_id
WHERE entry.amount < 0 AND entry.balance_after < 0 AND account.kind <> 'issuance'
    AND NOT (transfer.reason = 'referral_clawback' AND account.kind = 'member')
""",
    ),
    Check(
        name="overdraft_exact",
        sentence="An account is allowed to be below zero exactly as far as it is.",
        counted=_ACCOUNTS,
        exceptions="""
SELECT printf('%s/%s holds %d and is allowed %d below zero', kind, holder, balance, overdraft),
    NULL, id
FROM account WHERE overdraft <> max(0, -balance)
""",
    ),
    Check(
        name="no_orphan",
        sentence="Every entry has its transfer and account, every transfer its two accounts.",
        counted=f"SELECT ({_ENTRIES}) + ({_TRANSFERS})",
        exceptions="""
SELECT printf('entry %d has no transfer or no account', entry.id), entry.transfer_id,
    entry.account_id
FROM entry
LEFT JOIN transfer ON transfer.id = entry.transfer_id
LEFT JOIN account ON account.id = entry.account_id
WHERE transfer.id IS NULL OR account.id IS NULL
UNION ALL
SELECT printf('transfer %s has an account that does not exist', transfer.key), transfer.id, NULL
FROM transfer
LEFT JOIN account AS giver ON giver.id = transfer.debit_account_id
LEFT JOIN account AS taker ON taker.id = transfer.credit_account_id
WHERE giver.id IS NULL OR taker.id IS NULL
""",
    ),
    Check(
        name="holders_exist",
        sentence="Every account belongs to a member, a packet, a group or the issuance.",
        counted=_ACCOUNTS,
        exceptions="""
SELECT printf('%s/%s belongs to nobody', account.kind, holder), NULL, account.id
FROM account
LEFT JOIN member ON account.kind = 'member' AND member.id = CAST(holder AS INTEGER)
LEFT JOIN packet ON account.kind = 'packet' AND packet.id = CAST(holder AS INTEGER)
WHERE CASE account.kind WHEN 'member' THEN member.id IS NULL WHEN 'packet' THEN packet.id IS NULL
    WHEN 'group' THEN holder = '' ELSE holder <> '' END
""",
    ),
    Check(
        name="unique_keys",
        sentence="No key, account name or event is used twice.",
        counted=f"SELECT ({_TRANSFERS}) + ({_ACCOUNTS}) + (SELECT count(*) FROM packet)"
        " + (SELECT count(*) FROM packet_claim) + (SELECT count(*) FROM checkin)",
        exceptions="""
SELECT printf('%d transfers have the key %s', count(*), key), min(id), NULL
FROM transfer GROUP BY key HAVING count(*) > 1
UNION ALL
SELECT printf('%d accounts are %s %s/%s', count(*), currency, kind, holder), NULL, min(id)
FROM account GROUP BY currency, kind, holder HAVING count(*) > 1
UNION ALL
SELECT printf('%d packets have the key %s', count(*), key), NULL, NULL
FROM packet GROUP BY key HAVING count(*) > 1
UNION ALL
SELECT printf('event %s claimed %d times', event_key, count(*)), NULL, NULL
FROM packet_claim GROUP BY event_key HAVING count(*) > 1
UNION ALL
SELECT printf('member %d claimed packet %d %d times', member_id, packet_id, count(*)), NULL, NULL
FROM packet_claim GROUP BY packet_id, member_id HAVING count(*) > 1
UNION ALL
SELECT printf('event %s checked in %d times', event_key, count(*)), NULL, NULL
FROM checkin GROUP BY event_key HAVING count(*) > 1
UNION ALL
SELECT printf('member %d checked in %d times on %s', member_id, count(*), on_date), NULL, NULL
FROM checkin GROUP BY member_id, on_date HAVING count(*) > 1
""",
    ),
    Check(
        name="roads",
        sentence="Every transfer moves between the accounts that its reason allows.",
        counted=_TRANSFERS,
        exceptions="""
SELECT printf('%s (%s) moved from %s/%s to %s/%s', transfer.key, transfer.reason, giver.kind,
    giver.holder, taker.kind, taker.holder), transfer.id, NULL
FROM transfer
JOIN account AS giver ON giver.id = transfer.debit_account_id
JOIN account AS taker ON taker.id = transfer.credit_account_id
WHERE giver.currency <> taker.currency
    OR NOT may_travel(transfer.reason, giver.kind, taker.kind)
""",
    ),
    Check(
        name="input_hash",
        sentence="Every transfer is still what was asked for (its hash is right).",
        counted=_TRANSFERS,
        exceptions="""
SELECT printf('transfer %s was altered', transfer.key), transfer.id, NULL
FROM transfer
JOIN account AS giver ON giver.id = transfer.debit_account_id
JOIN account AS taker ON taker.id = transfer.credit_account_id
LEFT JOIN transfer AS original ON original.id = transfer.reverses
WHERE transfer.input_hash <> digest_of_row(giver.currency, giver.kind, giver.holder, taker.kind,
    taker.holder, transfer.amount, transfer.reason, transfer.reference, transfer.actor,
    original.key)
""",
    ),
    Check(
        name="reversals",
        sentence="Every reversal mirrors one transfer, and none is reversed twice.",
        counted="SELECT count(*) FROM transfer WHERE reverses IS NOT NULL",
        exceptions="""
SELECT printf('%s is no proper reversal', later.key), later.id, NULL
FROM transfer AS later
LEFT JOIN transfer AS original ON original.id = later.reverses
WHERE later.reverses IS NOT NULL AND (original.id IS NULL
    OR original.reverses IS NOT NULL
    OR original.amount <> later.amount
    OR original.debit_account_id <> later.credit_account_id
    OR original.credit_account_id <> later.debit_account_id)
UNION ALL
SELECT printf('transfer %d was reversed %d times', reverses, count(*)), reverses, NULL
FROM transfer WHERE reverses IS NOT NULL GROUP BY reverses HAVING count(*) > 1
""",
    ),
    Check(
        name="named",
        sentence="Every transfer names its cause and who made it.",
        counted=_TRANSFERS,
        exceptions="""
SELECT printf('transfer %d (%s) does not', id, key), id, NULL
FROM transfer WHERE key = '' OR reference = '' OR actor = ''
""",
    ),
)
