"""What must be true between the books and what happened: packets, claims, check-ins, referrals.

Nothing that happened goes unpaid, and nothing is paid that did not happen.
"""

from bot.rewards.audit.checks import Check

_PACKETS = "SELECT count(*) FROM packet"
_CLAIMS = "SELECT count(*) FROM packet_claim"
_CHECKINS = "SELECT count(*) FROM checkin"

PACKETS = (
    Check(
        name="packet_shares",
        sentence="A packet's shares are as many and as much as announced.",
        counted=_PACKETS,
        exceptions="""
SELECT printf('packet %d: %d points in %d shares were announced, %d in %d were drawn', id,
    total_points, share_count, points, drawn), NULL, NULL
FROM (
    SELECT packet.id, total_points, share_count, count(share.value) AS drawn,
        coalesce(sum(share.value), 0) AS points, coalesce(min(share.value), 0) AS least
    FROM packet
    LEFT JOIN json_each(CASE WHEN json_valid(shares) THEN shares ELSE '[]' END) AS share
    GROUP BY packet.id
)
WHERE drawn <> share_count OR points <> total_points OR least < 1
""",
    ),
    Check(
        name="packet_proof",
        sentence="A packet's shares are those of its published proof.",
        counted=_PACKETS,
        exceptions="""
SELECT printf('packet %d does not match its proof', id), NULL, NULL
FROM packet WHERE proof <> proof_of(shares, salt)
""",
    ),
    Check(
        name="packet_claims",
        sentence="Shares were handed out one by one, each with the amount that was drawn.",
        counted=_CLAIMS,
        exceptions="""
SELECT printf('packet %d: share %d was handed out as %d', packet_id, position,
    packet_claim.amount), transfer.id, NULL
FROM packet_claim
LEFT JOIN packet ON packet.id = packet_claim.packet_id
LEFT JOIN transfer ON transfer.key = printf('claim/%d/%d', packet_id, member_id)
WHERE CASE WHEN json_valid(packet.shares)
    THEN json_extract(packet.shares, printf('$[%d]', position)) END IS NOT packet_claim.amount
UNION ALL
SELECT printf('packet %d: %d claims have the positions %d to %d', packet_id, count(*),
    min(position), max(position)), NULL, NULL
FROM packet_claim GROUP BY packet_id
HAVING count(DISTINCT position) <> count(*) OR min(position) <> 0 OR max(position) <> count(*) - 1
""",
    ),
    Check(
        name="packet_counts",
        sentence="A packet knows how many shares and points were claimed.",
        counted=_PACKETS,
        exceptions="""
SELECT printf('packet %d counts %d claims of %d points; there are %d of %d', id, claimed_count,
    claimed_points, claims, points), NULL, NULL
FROM (
    SELECT packet.id, claimed_count, claimed_points, count(member_id) AS claims,
        coalesce(sum(amount), 0) AS points
    FROM packet LEFT JOIN packet_claim ON packet_claim.packet_id = packet.id
    GROUP BY packet.id
)
WHERE claimed_count <> claims OR claimed_points <> points
""",
    ),
    Check(
        name="packet_state",
        sentence="A packet is open, empty or expired as its claims and its end say.",
        counted=_PACKETS,
        exceptions="""
SELECT printf('packet %d is %s with %d of %d shares claimed', id, state, claimed_count,
    share_count), NULL, NULL
FROM packet
WHERE (state = 'open') <> (ended_at IS NULL)
    OR (state = 'empty') <> (claimed_count = share_count)
    OR (state <> 'expired' AND announced_at IS NOT NULL)
""",
    ),
    Check(
        name="packet_paid",
        sentence="Every packet was paid from its group's pool, and its rest went back there.",
        counted=_PACKETS,
        exceptions="""
SELECT printf('packet %d of group %s was not paid %d from its pool', packet.id, group_key,
    total_points), fund.id, NULL
FROM packet
LEFT JOIN transfer AS fund ON fund.key = printf('fund/%d', packet.id)
LEFT JOIN account AS pool ON pool.id = fund.debit_account_id
WHERE fund.amount IS NOT total_points OR fund.reason <> 'packet_fund'
    OR pool.kind <> 'group' OR pool.holder <> group_key
UNION ALL
SELECT printf('packet %d is %s and %s/%s got %d back', packet.id, state, pool.kind, pool.holder,
    refund.amount), refund.id, NULL
FROM packet
LEFT JOIN transfer AS refund ON refund.key = printf('refund/%d', packet.id)
LEFT JOIN account AS pool ON pool.id = refund.credit_account_id
WHERE CASE state
    WHEN 'expired' THEN refund.amount IS NOT total_points - claimed_points
        OR pool.kind <> 'group' OR pool.holder <> group_key
    ELSE refund.id IS NOT NULL END
""",
    ),
    Check(
        name="packet_balance",
        sentence="A packet's account holds what was neither claimed nor given back.",
        counted=_PACKETS,
        exceptions="""
SELECT printf('packet %d holds %d, but %d is left', packet.id, account.balance,
    CASE state WHEN 'expired' THEN 0 ELSE total_points - claimed_points END), NULL, account.id
FROM packet
LEFT JOIN account
    ON account.currency = 'points' AND account.kind = 'packet' AND account.holder = packet.id || ''
WHERE account.balance IS NOT
    CASE state WHEN 'expired' THEN 0 ELSE total_points - claimed_points END
""",
    ),
    Check(
        name="claim_paid",
        sentence="Every claim was paid to its member.",
        counted=_CLAIMS,
        exceptions="""
SELECT printf('member %d has no %d points from packet %d', member_id, packet_claim.amount,
    packet_id), transfer.id, NULL
FROM packet_claim
LEFT JOIN transfer ON transfer.key = printf('claim/%d/%d', packet_id, member_id)
LEFT JOIN account AS taker ON taker.id = transfer.credit_account_id
WHERE transfer.amount IS NOT packet_claim.amount OR transfer.reason <> 'packet_claim'
    OR taker.kind <> 'member' OR taker.holder <> member_id || ''
""",
    ),
)

CHECKINS = (
    Check(
        name="checkin_paid",
        sentence="Every check-in was paid, and so was every milestone.",
        counted=_CHECKINS,
        exceptions="""
SELECT printf('member %d was not paid %d and %d for %s', member_id, points, bonus, on_date),
    paid.id, NULL
FROM checkin
LEFT JOIN transfer AS paid ON paid.key = printf('checkin/%d/%s', member_id, on_date)
LEFT JOIN transfer AS extra ON extra.key = printf('checkin/%d/%s/milestone', member_id, on_date)
LEFT JOIN account AS taker ON taker.id = paid.credit_account_id
WHERE paid.amount IS NOT points OR paid.reason <> 'checkin' OR coalesce(extra.amount, 0) <> bonus
    OR taker.kind <> 'member' OR taker.holder <> member_id || ''
    OR extra.credit_account_id <> paid.credit_account_id
""",
    ),
    Check(
        name="streaks",
        sentence="Every streak is one longer than the day before's, or starts at one.",
        counted=_CHECKINS,
        exceptions="""
SELECT printf('member %d has a streak of %d on %s', later.member_id, later.streak,
    later.on_date), NULL, NULL
FROM checkin AS later
LEFT JOIN checkin AS earlier ON earlier.member_id = later.member_id
    AND earlier.on_date = date(later.on_date, '-1 day')
WHERE later.streak <> 1 AND earlier.streak IS NOT later.streak - 1
""",
    ),
)

REFERRALS = (
    Check(
        name="referral_paid",
        sentence="Every settled referral was paid to both, and taken back when it was reversed.",
        counted="SELECT count(*) FROM referral WHERE settled_at IS NOT NULL",
        exceptions="""
SELECT printf('referral %d is %s; its %s was paid %d of %d and taken back %d', side.id, state,
    side.reason, coalesce(paid.amount, 0), points, coalesce(back.amount, 0)), paid.id, NULL
FROM (
    SELECT id, state, 'referral_inviter' AS reason, inviter_points AS points
    FROM referral WHERE settled_at IS NOT NULL
    UNION ALL
    SELECT id, state, 'referral_friend', friend_points FROM referral WHERE settled_at IS NOT NULL
) AS side
LEFT JOIN transfer AS paid ON paid.key = printf('referral/%d/%s', side.id, side.reason)
LEFT JOIN transfer AS back ON back.reverses = paid.id AND back.reason = 'referral_clawback'
WHERE coalesce(paid.amount, 0) <> points
    OR coalesce(back.amount, 0) <> CASE state WHEN 'reversed' THEN points ELSE 0 END
""",
    ),
)

CAUSES = (
    Check(
        name="checkin_cause",
        sentence="Every check-in that was paid happened.",
        counted="SELECT count(*) FROM transfer WHERE reason IN ('checkin', 'checkin_milestone')",
        exceptions="""
SELECT printf('%s has no check-in', transfer.key), transfer.id, NULL
FROM transfer
LEFT JOIN checkin ON checkin.event_key = transfer.reference
WHERE (reason = 'checkin'
        AND transfer.key IS NOT printf('checkin/%d/%s', member_id, on_date))
    OR (reason = 'checkin_milestone' AND (checkin.bonus = 0
        OR transfer.key IS NOT printf('checkin/%d/%s/milestone', member_id, on_date)))
""",
    ),
    Check(
        name="packet_cause",
        sentence="Every filling, funding, claim and refund belongs to a packet.",
        counted="SELECT count(*) FROM transfer WHERE reason GLOB 'packet_*'",
        exceptions="""
SELECT printf('%s (%s) has no packet', transfer.key, reason), transfer.id, NULL
FROM transfer
LEFT JOIN packet ON packet.id = CAST(substr(transfer.reference, 8) AS INTEGER)
LEFT JOIN account AS taker ON taker.id = transfer.credit_account_id
LEFT JOIN packet_claim ON reason = 'packet_claim' AND packet_claim.packet_id = packet.id
    AND packet_claim.member_id = CAST(taker.holder AS INTEGER)
WHERE reason GLOB 'packet_*' AND transfer.key IS NOT CASE reason
    WHEN 'packet_pool' THEN printf('pool/%s/%s', packet.group_key, packet.on_date)
    WHEN 'packet_fund' THEN printf('fund/%d', packet.id)
    WHEN 'packet_refund' THEN printf('refund/%d', packet.id)
    WHEN 'packet_claim' THEN printf('claim/%d/%d', packet_claim.packet_id, packet_claim.member_id)
    END
""",
    ),
    Check(
        name="referral_cause",
        sentence="Every referral's reward has a settled referral; a claw-back takes back one.",
        counted="SELECT count(*) FROM transfer WHERE reason GLOB 'referral_*'",
        exceptions="""
SELECT printf('%s has no settled referral of this amount', transfer.key), transfer.id, NULL
FROM transfer
JOIN account AS taker ON taker.id = transfer.credit_account_id
LEFT JOIN referral ON referral.id = CAST(substr(transfer.reference, 10) AS INTEGER)
    AND settled_at IS NOT NULL
WHERE transfer.reason IN ('referral_inviter', 'referral_friend') AND (
    transfer.key IS NOT printf('referral/%d/%s', referral.id, transfer.reason)
    OR CASE transfer.reason WHEN 'referral_inviter'
        THEN taker.holder <> inviter_id || '' OR transfer.amount <> inviter_points
        ELSE taker.holder <> friend_id || '' OR transfer.amount <> friend_points END)
UNION ALL
SELECT printf('%s takes back no reward of a referral', later.key), later.id, NULL
FROM transfer AS later LEFT JOIN transfer AS original ON original.id = later.reverses
WHERE later.reason = 'referral_clawback'
    AND coalesce(original.reason, '') NOT IN ('referral_inviter', 'referral_friend')
""",
    ),
)
