"""Drawing the shares of a red packet, and the proof that they were drawn before the first claim.

All shares are drawn at once, when the packet is made; claiming only hands them out. The sum is
exact, no share is below the least, and every position of the list has the same distribution.
"""

import hashlib
import random
from collections.abc import Sequence


def split_lucky(total: int, shares: int, least: int, rng: random.Random) -> list[int]:
    """``shares`` random amounts that add up to ``total``, each at least ``least``.

    With R left for k shares, the share is ``least`` plus a uniform number from 0 to h, where h is
    2E/k for E = R - k*least, rounded up or down at random so that its mean is exactly 2E/k. The
    mean of every share is therefore exactly total/shares. The list is shuffled, which makes the
    spread alike as well. Draws about 3 numbers a share from ``rng``.

    Raises ValueError unless shares >= 1, least >= 1 and total >= shares * least.
    """
    if shares < 1 or least < 1 or total < shares * least:
        raise ValueError(f"{total} cannot be split into {shares} shares of at least {least}")
    amounts = []
    left = total
    for waiting in range(shares, 1, -1):
        spare = left - waiting * least
        bound, remainder = divmod(2 * spare, waiting)
        if rng.randrange(waiting) < remainder:
            bound += 1
        amount = least + rng.randrange(bound + 1)
        amounts.append(amount)
        left -= amount
    amounts.append(left)
    rng.shuffle(amounts)
    return amounts


def split_fixed(total: int, shares: int) -> list[int]:
    """``shares`` equal amounts that add up to ``total``.

    Raises ValueError when there is a remainder: nobody's points are dropped, the caller asks.
    """
    if shares < 1 or total < shares or total % shares:
        raise ValueError(f"{total} cannot be split evenly into {shares} shares")
    return [total // shares] * shares


def draw_salt(rng: random.Random) -> str:
    """128 random bits as 32 hex digits, so that a proof cannot be guessed back to its shares."""
    return f"{rng.getrandbits(128):032x}"


def commit(shares: Sequence[int], salt: str) -> str:
    """The proof: SHA-256, as 64 hex digits, of the ASCII bytes ``salt:first,second,...``.

    Amounts are decimal, in the order in which they are handed out, without spaces or a line end.
    Anyone can check a packet once its salt and shares are opened::

        printf '%s' '5f0c...9a:12,3,5' | sha256sum
    """
    line = f"{salt}:{','.join(map(str, shares))}"
    return hashlib.sha256(line.encode()).hexdigest()


def joint_proof(proofs: Sequence[str]) -> str:
    """The one proof of the packets of a rain: SHA-256 of their proofs, joined by commas.

    A single packet's proof stands for itself.
    """
    if len(proofs) == 1:
        return proofs[0]
    return hashlib.sha256(",".join(proofs).encode()).hexdigest()
