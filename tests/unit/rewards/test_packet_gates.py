"""Packets that are not for everybody: named members, tags, passwords, tasks, newcomers, limits."""

from datetime import timedelta

import pytest

from bot.core.ids import MemberId
from bot.rewards.checkin.lane import apply_check_ins
from bot.rewards.ledger.ledger import AccountRef, Reason, Transfer, post
from bot.rewards.packets.claiming import ClaimRequest, Presence
from bot.rewards.packets.gate import Gate, GateKind, Purse
from bot.rewards.packets.lane import apply_claims
from bot.rewards.packets.packet import (
    AlreadyClaimed,
    Blocked,
    CampaignFull,
    CheckInFirst,
    Claimed,
    DayFull,
    NotInvited,
    NotMember,
    Paused,
    TooNew,
    WordMissing,
    WrongWord,
)
from bot.store.connection import Connection
from tests.unit.rewards.support import (
    DAY,
    NOW,
    TODAY,
    balance,
    check_in,
    claim,
    contents,
    gift,
    member,
    opened,
    packet,
    rules,
    run,
)

MINUTE = timedelta(minutes=1)


# 专属


def test_a_packet_for_named_members_is_for_these_alone(books: Connection) -> None:
    opened(books, packet("p", gate=Gate.named((MemberId(2), MemberId(3)))))
    answers = run(books, apply_claims, claim(1, 2), claim(1, 4), claim(1, 3), claim(1, 5))
    assert [type(answer) for answer in answers] == [Claimed, NotInvited, Claimed, NotInvited]
    assert answers[1] == NotInvited()
    assert balance(books, member(4)) == 0


def test_a_packet_for_a_tag_is_for_those_who_have_it_when_they_claim(
    books: Connection,
) -> None:
    opened(books, packet("p", gate=Gate.tagged("dry_skin")))
    has, other = frozenset({"dry_skin", "oily"}), frozenset({"oily"})
    first, second, third = run(
        books, apply_claims, claim(1, 2, tags=has), claim(1, 3, tags=other), claim(1, 4)
    )
    assert isinstance(first, Claimed)
    assert second == third == NotInvited("dry_skin")


def test_one_batch_may_ask_different_things_of_different_packets(books: Connection) -> None:
    opened(books, packet("a", gate=Gate.named((MemberId(2),))))
    opened(books, packet("b", gate=Gate.password("pear")))
    opened(books, packet("c"))
    answers = run(
        books,
        apply_claims,
        claim(2, 2, word="pear"),
        claim(1, 3),
        claim(3, 3),
        claim(1, 2),
        claim(2, 3),
    )
    kinds = [Claimed, NotInvited, Claimed, Claimed, WordMissing]
    assert [type(answer) for answer in answers] == kinds


# 口令


@pytest.mark.parametrize(
    "word", ["Spring ８", "spring 8", "ＳＰＲＩＮＧ  8", "“Spring 8”！", " spring 8。"]
)
def test_width_case_and_marks_around_a_password_do_not_count(books: Connection, word: str) -> None:
    opened(books, packet("p", gate=Gate.password("Spring 8")))
    (answer,) = run(books, apply_claims, claim(1, 2, word=word))
    assert isinstance(answer, Claimed)


def test_a_word_that_is_only_part_of_the_password_is_wrong(books: Connection) -> None:
    opened(books, packet("p", gate=Gate.password("春风十里")))
    assert run(books, apply_claims, claim(1, 2, word="春风")) == [WrongWord(4)]


def test_without_a_word_nothing_is_tried(books: Connection) -> None:
    opened(books, packet("p", gate=Gate.password("春风十里")))
    answers = run(books, apply_claims, *[claim(1, 2, f"t{n}") for n in range(9)])
    assert answers == [WordMissing()] * 9
    (answer,) = run(books, apply_claims, claim(1, 2, "right", word="春风十里"))
    assert isinstance(answer, Claimed)


def test_after_five_wrong_words_in_ten_minutes_there_is_a_pause_that_says_until_when(
    books: Connection,
) -> None:
    opened(books, packet("p", gate=Gate.password("春风十里")))
    for number in range(4):
        (answer,) = run(books, apply_claims, guess(number, minute=number))
        assert answer == WrongWord(4 - number)
    until = NOW + 10 * MINUTE
    assert run(books, apply_claims, guess(4, minute=4)) == [Paused(until)]
    right = claim(1, 2, "right", NOW + 9 * MINUTE, word="春风十里")
    assert run(books, apply_claims, right) == [Paused(until)], "in a pause nobody listens"
    others = claim(1, 3, "other", NOW + 9 * MINUTE, word="春风十里")
    assert isinstance(run(books, apply_claims, others)[0], Claimed), "others may go on"
    again = claim(1, 2, "later", until, word="春风十里")
    assert isinstance(run(books, apply_claims, again)[0], Claimed)


def guess(number: int, minute: int) -> ClaimRequest:
    """A wrong word of member 2."""
    return claim(1, 2, f"wrong-{number}", NOW + minute * MINUTE, word="夏雨")


def test_five_wrong_words_of_one_batch_are_counted_one_by_one(books: Connection) -> None:
    opened(books, packet("p", gate=Gate.password("春风十里")))
    answers = run(books, apply_claims, *[guess(number, 0) for number in range(6)])
    assert answers[:4] == [WrongWord(4), WrongWord(3), WrongWord(2), WrongWord(1)]
    assert answers[4:] == [Paused(NOW + 10 * MINUTE)] * 2


def test_the_same_event_with_a_wrong_word_is_one_try(books: Connection) -> None:
    opened(books, packet("p", gate=Gate.password("春风十里")))
    first = run(books, apply_claims, guess(0, 0), guess(0, 0))
    later = run(books, apply_claims, guess(0, 30))
    assert first + later == [WrongWord(4)] * 3
    assert books.execute("SELECT count(*) FROM packet_guess").fetchone()[0] == 1


def test_a_wrong_word_is_not_kept(books: Connection) -> None:
    opened(books, packet("p", gate=Gate.password("春风十里")))
    run(books, apply_claims, guess(0, 0))
    assert "夏雨" not in "".join(contents(books))


# 任务


def test_a_packet_for_those_who_checked_in_wants_today_and_not_yesterday(
    books: Connection,
) -> None:
    opened(books, packet("p", gate=Gate(GateKind.CHECKIN)))
    run(books, apply_check_ins, check_in(2, "yesterday", TODAY - DAY, NOW - DAY))
    run(books, apply_check_ins, check_in(3, "today"))
    late, done = run(books, apply_claims, claim(1, 2), claim(1, 3))
    assert late == CheckInFirst()
    assert isinstance(done, Claimed)
    run(books, apply_check_ins, check_in(2, "now"))
    assert isinstance(run(books, apply_claims, claim(1, 2, "again"))[0], Claimed)


def test_a_quiz_asks_its_question_and_takes_the_answer(books: Connection) -> None:
    opened(books, packet("p", gate=Gate.quiz("补水还是补油？", "Ｂ")))
    silent, wrong, right = run(
        books,
        apply_claims,
        claim(1, 2, "a"),
        claim(1, 2, "b", word="a"),
        claim(1, 2, "c", word="b"),
    )
    assert silent == WordMissing("补水还是补油？")
    assert wrong == WrongWord(4)
    assert isinstance(right, Claimed)


# Who is a member


def test_who_left_or_was_blocked_gets_nothing_whatever_he_says(books: Connection) -> None:
    opened(books, packet("p", gate=Gate.password("pear")))
    answers = run(
        books,
        apply_claims,
        claim(1, 2, presence=Presence.GONE, word="pear"),
        claim(1, 3, presence=Presence.BLOCKED, word="pear"),
    )
    assert answers == [NotMember(), Blocked()]


def test_a_newcomer_is_told_from_when_on_he_may_claim(books: Connection) -> None:
    opened(books, packet("p"))
    joined_at = NOW - timedelta(hours=23)
    assert run(books, apply_claims, claim(1, 2, joined_at=joined_at)) == [
        TooNew(24, joined_at + DAY)
    ]
    late = claim(1, 2, "later", joined_at + DAY, joined_at)
    assert isinstance(run(books, apply_claims, late)[0], Claimed)


@pytest.mark.parametrize(("hours", "kind"), [(0, Claimed), (1, TooNew), (None, TooNew)])
def test_a_packet_may_say_otherwise_how_long_a_member_must_have_been_there(
    books: Connection, hours: int | None, kind: type
) -> None:
    opened(books, packet("p", membership_hours=hours))
    (answer,) = run(books, apply_claims, claim(1, 2, joined_at=NOW - 30 * MINUTE))
    assert isinstance(answer, kind)


# Limits


def test_a_member_gets_so_many_shares_a_day_and_the_next_day_again(
    books: Connection,
) -> None:
    """The daily limit of a claim is for the community's day and not for life."""
    few = rules(claims_a_day=2, expire_hours=72)
    for key in ("a", "b", "c"):
        opened(books, packet(key, 20, 4, settings=few))
    today = [claim(number, 2, settings=few) for number in (1, 2, 3)]
    answers = run(books, apply_claims, *today)
    assert [type(answer) for answer in answers] == [Claimed, Claimed, DayFull]
    assert run(books, apply_claims, claim(3, 2, "later", settings=few)) == [DayFull(2)]
    (tomorrow,) = run(books, apply_claims, claim(3, 2, "new", NOW + DAY, settings=few))
    assert isinstance(tomorrow, Claimed)


def test_who_has_had_his_shares_is_still_told_which_he_has(books: Connection) -> None:
    few = rules(claims_a_day=1)
    opened(books, packet("a", settings=few))
    (first,) = run(books, apply_claims, claim(1, 2, settings=few))
    assert isinstance(first, Claimed)
    again = run(books, apply_claims, claim(1, 2, "again", settings=few))
    assert again == [AlreadyClaimed(first.amount)]


def test_a_campaign_gives_a_member_so_many_shares_for_good(books: Connection) -> None:
    once = rules(claims_a_campaign=1)
    run(books, post, (budget("spring", 500), budget("autumn", 500)))
    for key, campaign in (("a", "spring"), ("b", "spring"), ("c", "autumn")):
        request = packet(key, settings=once, purse=Purse.CAMPAIGN, campaign=campaign)
        opened(books, request)
    opened(books, packet("d", settings=once))
    requests = [claim(number, 2, settings=once) for number in (1, 2, 3, 4)]
    answers = run(books, apply_claims, *requests)
    assert [type(answer) for answer in answers] == [Claimed, CampaignFull, Claimed, Claimed]
    (later,) = run(books, apply_claims, claim(2, 2, "later", NOW + DAY / 2, settings=once))
    assert later == CampaignFull(1)


def budget(campaign: str, points: int) -> Transfer:
    """What a campaign may spend."""
    return gift(
        f"budget-{campaign}", AccountRef.campaign(campaign), points, reason=Reason.ADJUSTMENT
    )
