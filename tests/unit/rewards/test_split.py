"""Shares are exact, and their proof can be checked by anybody."""

import random

import pytest

from bot.rewards.packets.split import commit, draw_salt, split_fixed, split_lucky


def test_a_fixed_packet_has_equal_shares() -> None:
    assert split_fixed(12, 4) == [3, 3, 3, 3]


@pytest.mark.parametrize(("total", "shares"), [(10, 3), (0, 1), (2, 3), (5, 0), (5, -1)])
def test_a_fixed_packet_that_leaves_a_remainder_is_refused(total: int, shares: int) -> None:
    with pytest.raises(ValueError, match="evenly"):
        split_fixed(total, shares)


@pytest.mark.parametrize(
    ("total", "shares", "least"),
    [(0, 1, 1), (3, 4, 1), (9, 5, 2), (5, 0, 1), (5, -1, 1), (5, 5, 0)],
)
def test_a_lucky_packet_that_cannot_be_split_is_refused(
    total: int, shares: int, least: int
) -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        split_lucky(total, shares, least, random.Random(1))


def test_one_share_takes_everything() -> None:
    assert split_lucky(7, 1, 1, random.Random(1)) == [7]


def test_with_nothing_to_spare_everyone_gets_the_least() -> None:
    assert split_lucky(500, 500, 1, random.Random(1)) == [1] * 500


def test_the_same_seed_draws_the_same_shares() -> None:
    draws = [split_lucky(100, 9, 1, random.Random(7)) for _ in range(2)]
    assert draws[0] == draws[1]


def test_the_proof_is_the_hash_of_salt_colon_amounts() -> None:
    # printf '%s' '00ff:12,3,5' | sha256sum
    printed = "24fe770a86c073f0b8d7d25aee9b085441c3b1be8d57b8bffcb4a4cfba27dd3e"
    assert commit([12, 3, 5], "00ff") == printed


def test_a_proof_holds_for_its_own_shares_in_their_order_only() -> None:
    proof = commit([12, 3, 5], "00ff")
    assert commit([12, 3, 5], "00ff") == proof
    assert commit([3, 12, 5], "00ff") != proof
    assert commit([12, 3, 5], "00fe") != proof
    assert commit([1, 23, 5], "00ff") != proof


def test_a_salt_has_128_bits_in_hex() -> None:
    salt = draw_salt(random.Random(1))
    assert len(salt) == 32
    assert int(salt, 16) > 0
    assert salt != draw_salt(random.Random(2))
