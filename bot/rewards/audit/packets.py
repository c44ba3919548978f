"""What must be true of red packets: their shares, their claims, and what paid for them.

Nothing that was claimed goes unpaid, and nothing is paid that was not claimed.
"""

from bot.rewards.audit.checks import AnyCheck, Check, RowCheck
from bot.rewards.packets.split import commit
from bot.store.connection import Row

_PACKETS = "SELECT count(*) FROM packet"
_CLAIMS = "SELECT count(*) FROM packet_claim"

_PURSE = """CASE packet.purse WHEN 'group' THEN 'group/' || packet.group_key
    WHEN 'owner' THEN 'group/' || packet.group_key || '/' || packet.owner_id
    ELSE 'campaign/' || packet.campaign END"""
"""The account that pays a packet, as kind/holder."""

_LISTS = """
WITH RECURSIVE listed AS (
    SELECT packet_id, position, amount || '' AS amounts
    FROM packet_share WHERE position % 200 = 0
    UNION ALL
    SELECT packet_share.packet_id, packet_share.position,
        listed.amounts || ',' || packet_share.amount
    FROM listed
    JOIN packet_share ON packet_share.packet_id = listed.packet_id
        AND packet_share.position = listed.position + 1 AND packet_share.position % 200 <> 0
), longest AS (
    SELECT packet_id, position / 200 AS part, max(position) AS position
    FROM packet_share GROUP BY packet_id, position / 200
), parts AS (
    SELECT longest.packet_id, longest.part, listed.amounts FROM longest
    JOIN listed ON listed.packet_id = longest.packet_id AND listed.position = longest.position
), joined AS (
    SELECT packet_id, part, amounts FROM parts WHERE part = 0
    UNION ALL
    SELECT parts.packet_id, parts.part, joined.amounts || ',' || parts.amounts
    FROM joined
    JOIN parts ON parts.packet_id = joined.packet_id AND parts.part = joined.part + 1
)
SELECT packet.id, packet.salt, packet.proof, joined.amounts,
    CAST(NULL AS INTEGER) AS transfer_id, CAST(NULL AS INTEGER) AS account_id
FROM packet
LEFT JOIN joined ON joined.packet_id = packet.id AND joined.part = (packet.share_count - 1) / 200
"""
"""Each packet with its shares, joined by commas in the order in which they are handed out.

Two hundred are joined at a time, and then these, so that a long list is not copied for each share.
"""


def _is_not_proved(row: Row) -> str | None:
    amounts = [int(amount) for amount in (row["amounts"] or "").split(",") if amount]
    proved = commit(amounts, row["salt"]) == row["proof"]
    return None if proved else f"packet {row['id']} does not match its proof"


PACKETS: tuple[AnyCheck, ...] = (
    Check(
        name="packet_shares",
        sentence="A packet's shares are as many and as much as announced, the best one is known.",
        counted=_PACKETS,
        exceptions="""
SELECT 'packet ' || id || ': ' || total_points || ' in ' || share_count
    || ' shares were announced, ' || points || ' in ' || drawn || ' were drawn, the best at '
    || best_position, NULL, NULL
FROM (
    SELECT packet.id, packet.total_points, packet.share_count, packet.best_position,
        count(packet_share.amount) AS drawn, coalesce(sum(packet_share.amount), 0) AS points,
        coalesce(max(packet_share.position), -1) AS last, max(packet_share.amount) AS most
    FROM packet LEFT JOIN packet_share ON packet_share.packet_id = packet.id
    GROUP BY packet.id, packet.total_points, packet.share_count, packet.best_position
) AS drawing
WHERE drawn <> share_count OR points <> total_points OR last <> share_count - 1
    OR best_position IS DISTINCT FROM (
        SELECT min(position) FROM packet_share WHERE packet_id = drawing.id AND amount = most
    )
""",
    ),
    RowCheck(
        name="packet_proof",
        sentence="A packet's shares are those of its published proof.",
        rows=_LISTS,
        wrong=_is_not_proved,
    ),
    Check(
        name="packet_claims",
        sentence="Shares were handed out one by one, each with the amount that was drawn.",
        counted=_CLAIMS,
        exceptions="""
SELECT 'packet ' || packet_claim.packet_id || ': share ' || packet_claim.position
    || ' was handed out as ' || packet_claim.amount, transfer.id, NULL
FROM packet_claim
LEFT JOIN packet_share ON packet_share.packet_id = packet_claim.packet_id
    AND packet_share.position = packet_claim.position
LEFT JOIN transfer
    ON transfer.key = 'claim/' || packet_claim.packet_id || '/' || packet_claim.member_id
WHERE packet_share.amount IS DISTINCT FROM packet_claim.amount
UNION ALL
SELECT 'packet ' || packet_id || ': ' || count(*) || ' claims have the positions '
    || min(position) || ' to ' || max(position), NULL, NULL
FROM packet_claim GROUP BY packet_id
HAVING count(DISTINCT position) <> count(*) OR min(position) <> 0 OR max(position) <> count(*) - 1
""",
    ),
    Check(
        name="packet_guests",
        sentence="A packet that names its members was claimed by these alone.",
        counted=_CLAIMS,
        exceptions="""
SELECT 'packet ' || packet.id || ' was claimed by member ' || packet_claim.member_id
    || ', whom it does not name', NULL, NULL
FROM packet
JOIN packet_claim ON packet_claim.packet_id = packet.id
LEFT JOIN packet_guest ON packet_guest.packet_id = packet.id
    AND packet_guest.member_id = packet_claim.member_id
WHERE packet.gate = 'named' AND packet_guest.member_id IS NULL
""",
    ),
    Check(
        name="packet_counts",
        sentence="A packet knows how many shares and points were claimed.",
        counted=_PACKETS,
        exceptions="""
SELECT 'packet ' || id || ' counts ' || claimed_count || ' claims of ' || claimed_points
    || '; there are ' || claims || ' of ' || points, NULL, NULL
FROM (
    SELECT packet.id, packet.claimed_count, packet.claimed_points,
        count(packet_claim.member_id) AS claims, coalesce(sum(packet_claim.amount), 0) AS points
    FROM packet LEFT JOIN packet_claim ON packet_claim.packet_id = packet.id
    GROUP BY packet.id, packet.claimed_count, packet.claimed_points
) AS counting
WHERE claimed_count <> claims OR claimed_points <> points
""",
    ),
    Check(
        name="packet_state",
        sentence="A packet is open, empty or expired as its claims and its end say.",
        counted=_PACKETS,
        exceptions="""
SELECT 'packet ' || id || ' is ' || state || ' with ' || claimed_count || ' of ' || share_count
    || ' shares claimed', NULL, NULL
FROM packet
WHERE (state = 'open') <> (ended_at IS NULL)
    OR (state = 'empty') <> (claimed_count = share_count)
    OR (state <> 'expired' AND announced_at IS NOT NULL AND rain_id IS NULL)
    OR opens_at < created_at OR expires_at <= opens_at
""",
    ),
    Check(
        name="packet_paid",
        sentence="Every packet was paid from its purse, and its rest went back there.",
        counted=_PACKETS,
        exceptions=f"""
SELECT 'packet ' || packet.id || ' of group ' || packet.group_key || ' was not paid '
    || packet.total_points || ' from the ' || packet.purse, fund.id, NULL
FROM packet
LEFT JOIN transfer AS fund ON fund.key = 'fund/' || packet.id
LEFT JOIN account AS purse ON purse.id = fund.debit_account_id
WHERE fund.amount IS DISTINCT FROM packet.total_points OR fund.reason <> 'packet_fund'
    OR purse.currency <> packet.currency OR purse.kind || '/' || purse.holder <> {_PURSE}
UNION ALL
SELECT 'packet ' || packet.id || ' is ' || packet.state || ' and '
    || coalesce(purse.kind || '/' || purse.holder || ' got ' || refund.amount, 'nobody got it')
    || ' back', refund.id, NULL
FROM packet
LEFT JOIN transfer AS refund ON refund.key = 'refund/' || packet.id
LEFT JOIN account AS purse ON purse.id = refund.credit_account_id
WHERE CASE packet.state
    WHEN 'expired' THEN
        refund.amount IS DISTINCT FROM packet.total_points - packet.claimed_points
        OR purse.currency <> packet.currency OR purse.kind || '/' || purse.holder <> {_PURSE}
    ELSE refund.id IS NOT NULL END
""",
    ),
    Check(
        name="packet_balance",
        sentence="A packet's account holds what was neither claimed nor given back.",
        counted=_PACKETS,
        exceptions="""
SELECT 'packet ' || packet.id || ' holds ' || coalesce(account.balance, 0) || ', but '
    || CASE packet.state
        WHEN 'expired' THEN 0 ELSE packet.total_points - packet.claimed_points END
    || ' is left', NULL, account.id
FROM packet
LEFT JOIN account ON account.currency = packet.currency AND account.kind = 'packet'
    AND account.holder = packet.id || ''
WHERE account.balance IS DISTINCT FROM CASE packet.state
    WHEN 'expired' THEN 0 ELSE packet.total_points - packet.claimed_points END
""",
    ),
    Check(
        name="claim_paid",
        sentence="Every claim was paid to its member.",
        counted=_CLAIMS,
        exceptions="""
SELECT 'member ' || packet_claim.member_id || ' has no ' || packet_claim.amount
    || ' from packet ' || packet_claim.packet_id, transfer.id, NULL
FROM packet_claim
LEFT JOIN packet ON packet.id = packet_claim.packet_id
LEFT JOIN transfer
    ON transfer.key = 'claim/' || packet_claim.packet_id || '/' || packet_claim.member_id
LEFT JOIN account AS taker ON taker.id = transfer.credit_account_id
WHERE transfer.amount IS DISTINCT FROM packet_claim.amount OR transfer.reason <> 'packet_claim'
    OR taker.kind <> 'member' OR taker.currency <> packet.currency
    OR taker.holder <> packet_claim.member_id || ''
""",
    ),
    Check(
        name="packet_cause",
        sentence="Every filling, funding, claim and refund belongs to a packet.",
        counted="""
SELECT count(*) FROM transfer
WHERE reason IN ('packet_pool', 'packet_fund', 'packet_claim', 'packet_refund')
""",
        exceptions="""
SELECT transfer.key || ' (' || transfer.reason || ') has no packet', transfer.id, NULL
FROM transfer
LEFT JOIN packet ON packet.id = CAST(CASE
    WHEN transfer.reference LIKE 'packet/_%'
        AND ltrim(substr(transfer.reference, 8), '0123456789') = ''
    THEN substr(transfer.reference, 8) END AS INTEGER)
LEFT JOIN account AS taker ON taker.id = transfer.credit_account_id
LEFT JOIN packet_claim ON packet_claim.packet_id = packet.id
    AND packet_claim.member_id = CAST(CASE
        WHEN transfer.reason = 'packet_claim' AND taker.kind = 'member'
            AND ltrim(taker.holder, '0123456789') = ''
        THEN taker.holder END AS INTEGER)
WHERE transfer.reason IN ('packet_pool', 'packet_fund', 'packet_claim', 'packet_refund')
    AND transfer.key IS DISTINCT FROM CASE transfer.reason
        WHEN 'packet_pool' THEN 'pool/' || packet.group_key || CASE packet.purse
            WHEN 'owner' THEN '/' || packet.owner_id ELSE '' END || '/' || packet.on_date
        WHEN 'packet_fund' THEN 'fund/' || packet.id
        WHEN 'packet_refund' THEN 'refund/' || packet.id
        WHEN 'packet_claim' THEN
            'claim/' || packet_claim.packet_id || '/' || packet_claim.member_id
        END
""",
    ),
)
