"""Check-ins, referrals, earnings, thanks, corrections and levels."""

from tests.unit.rewards.tampering.mutant import alter, mutant, row_of, twice

INVITER_CLAWED_BACK = "referral/1/referral_inviter/clawback"

MERITS = [
    mutant(
        "a check-in exists twice",
        "streaks",
        twice("checkin", "member_id = 2"),
        keyless="checkin",
    ),
    mutant(
        "a check-in was not paid",
        "checkin_paid",
        "INSERT INTO checkin (member_id, on_date, streak, points, bonus, event_key)"
        " VALUES (7, '2026-11-22', 1, 10, 0, 'in-7')",
    ),
    mutant(
        "a milestone was not paid",
        "checkin_paid",
        "UPDATE checkin SET bonus = 5 WHERE member_id = 2",
    ),
    mutant(
        "a streak was made longer",
        "streaks streak_lengths",
        "UPDATE checkin SET streak = 30 WHERE member_id = 1 AND on_date = '2026-11-24'",
    ),
    mutant(
        "a day of a streak was not there",
        "streaks streak_lengths checkin_cause",
        "DELETE FROM checkin WHERE member_id = 6 AND on_date = '2026-11-25'",
    ),
    mutant(
        "a made-up day joined nothing",
        "streaks streak_lengths",
        "UPDATE checkin SET raised_on = NULL, raised_to = NULL WHERE kind = 'made_up'",
    ),
    mutant(
        "a freeze was invented",
        "freezes",
        "UPDATE checkin SET freezes = 2 WHERE member_id = 6 AND on_date = '2026-12-02'",
    ),
    mutant(
        "a day was frozen without a freeze",
        "freezes checkin_paid",
        "UPDATE checkin SET kind = 'frozen', points = 0, freezes = 0, streak = 2"
        " WHERE member_id = 1 AND on_date = '2026-11-24'",
    ),
    mutant(
        "a card was not paid for",
        "makeup_paid",
        "UPDATE makeup_card SET price = 49",
    ),
    mutant(
        "a card made up no day",
        "makeup_paid",
        "DELETE FROM makeup_card",
    ),
    mutant(
        "a card was left out of the month's count",
        "makeup_paid",
        "UPDATE makeup_card SET card = 3",
    ),
    mutant(
        "a check-in that did not happen was paid",
        "checkin_cause",
        "DELETE FROM checkin WHERE member_id = 2",
    ),
    mutant(
        "a referral's reward has no settled referral",
        "referral_cause",
        "UPDATE referral SET settled_at = NULL WHERE inviter_id = 2",
    ),
    mutant(
        "a referral's reward has another amount",
        "referral_cause referral_paid",
        "UPDATE referral SET friend_points = 49 WHERE inviter_id = 2",
    ),
    mutant(
        "a referral was paid to another inviter",
        "referral_cause",
        "UPDATE referral SET inviter_id = 3 WHERE inviter_id = 2",
    ),
    mutant(
        "a settled referral was not paid",
        "referral_paid",
        "INSERT INTO referral (friend_id, inviter_id, group_key, code, event_key, state, joined_at,"
        " entered_at, qualify_at, settled_at, inviter_points)"
        " VALUES (10, 2, 'vip', 'c', 'code-10', 'settled', 0, 0, 0, 1, 1000)",
    ),
    mutant(
        "a reversed referral was not taken back",
        "referral_paid",
        "UPDATE referral SET state = 'reversed' WHERE id = 2",
    ),
    mutant(
        "a claw-back takes back what was no reward",
        "referral_cause referral_paid reversals input_hash",
        alter(INVITER_CLAWED_BACK, f"reverses = {row_of('spent')}"),
    ),
    mutant(
        "somebody earned and was not paid",
        "earning_paid",
        "INSERT INTO earning (member_id, rule, event_key, group_key, on_date, at, points, extra,"
        " campaign, everyday, sketch)"
        " VALUES (20, 'talk', 'talk-9', 'vip', '2026-11-25', 0, 2, 0, '', 1, '')",
    ),
    mutant(
        "somebody was paid and had earned nothing",
        "earning_cause",
        "DELETE FROM earning WHERE event_key = 'talk-1'",
    ),
    mutant(
        "somebody was thanked and not paid",
        "thanks_paid",
        "INSERT INTO thanks (giver_id, receiver_id, group_key, event_key, on_date, at, points,"
        " left_today) VALUES (20, 21, 'vip', 'thanks-9', '2026-11-25', 0, 5, 0)",
    ),
    mutant(
        "somebody was paid and nobody thanked him",
        "thanks_cause",
        "DELETE FROM thanks WHERE event_key = 'thanks-1'",
    ),
    mutant(
        "a correction that waits calls itself posted",
        "adjustment_paid",
        "UPDATE adjustment SET posted_at = 1 WHERE id = 3",
    ),
    mutant(
        "a life's sum of a member grows",
        "level_sums",
        "UPDATE member_level SET earned = earned + 1 WHERE member_id = 20",
    ),
    mutant(
        "a submission was taken in and not paid",
        "submission_paid",
        "UPDATE submission SET unpaid = '' WHERE id = 2",
    ),
    mutant(
        "a submission that was paid says that it was not",
        "submission_paid",
        "UPDATE submission SET featured_unpaid = 'capped' WHERE id = 1",
    ),
    mutant(
        "a submission was paid that nobody took in",
        "submission_cause",
        "UPDATE submission SET state = 'declined' WHERE id = 1",
    ),
    mutant(
        "somebody else was paid for a submission",
        "submission_paid submission_cause",
        "UPDATE submission SET author_id = 26 WHERE id = 1",
    ),
]
