"""What belongs to somebody: telephone numbers, papers, cards, addresses for mail, chat accounts.

A number that only looks like one passes: papers and cards are told by their check digits.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.wording.folding import Span, fold

WHY: Final = "个人信息保护法：不公开个人的号码、证件和账号"


@dataclass(frozen=True, slots=True)
class PrivateKind:
    """A kind of private data: how it looks, and what to do instead of showing it."""

    key: str
    pattern: re.Pattern[str]
    instead: str
    is_real: Callable[[str], bool] = bool


def find_private(plain: str) -> Iterator[tuple[PrivateKind, Span]]:
    """Private data in the folded text ``plain``."""
    for kind in PRIVATE:
        for match in kind.pattern.finditer(plain):
            if kind.is_real(match[0]):
                yield kind, match.span()


def hosts_of_mail(written: str) -> list[str]:
    """Where mail to the addresses in ``written`` goes.

    Folding drops spaces, so that a word behind an address may have been found with it.
    """
    pieces = [fold(piece) for piece in written.split() if "@" in piece]
    return [piece.rpartition("@")[2] for piece in pieces]


def _digits(text: str) -> str:
    return text.replace("-", "")


def _is_paper(text: str) -> bool:
    """GB 11643: a date of birth in the middle, and a check sign at the end."""
    digits = _digits(text)
    try:
        date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(digits[:17]))
    return "10x98765432"[total % 11] == digits[17]


def _is_card(text: str) -> bool:
    """ISO/IEC 7812: the check digit by Luhn's sum."""
    total = 0
    for at, digit in enumerate(reversed(_digits(text))):
        double = int(digit) * (1 + at % 2)
        total += double - 9 if double > 9 else double
    return total % 10 == 0


_BEFORE: Final = r"(?<![0-9a-f])(?<!\d[-.])"
_AFTER: Final = r"(?![0-9a-f])(?!\.\d)"
_ACCOUNT: Final = r"(?:群|号码?|id|账号)*"

MAIL: Final = PrivateKind(
    "mail",
    re.compile(r"[a-z0-9][a-z0-9._%+-]*@(?:[a-z0-9-]+\.)+[a-z]{2,}"),
    "去掉邮箱，请对方发“人工”联系同事",
)

PRIVATE: Final = (
    PrivateKind(
        "mobile",
        re.compile(rf"{_BEFORE}(?:\+?86-?)?1[3-9]\d-?\d{{4}}-?\d{{4}}{_AFTER}"),
        "去掉手机号，请对方发“人工”联系同事",
    ),
    PrivateKind(
        "paper",
        re.compile(rf"{_BEFORE}[1-9]\d{{5}}-?(?:19|20)\d{{6}}-?\d{{3}}[\dx]{_AFTER}"),
        "去掉身份证号，任何时候都不要发在群里",
        _is_paper,
    ),
    PrivateKind(
        "card",
        re.compile(rf"{_BEFORE}(?:62|4\d|5[1-5]|35|3[47])(?:-?\d){{13,17}}{_AFTER}"),
        "去掉银行卡号，任何时候都不要发在群里",
        _is_card,
    ),
    MAIL,
    PrivateKind(
        "chat_account",
        re.compile(
            rf"(?:微信|qq|(?:加|\+)(?:我|v|微|薇|扣|q)+){_ACCOUNT}"
            r"(?:(?:是|为|:|加|=|→|-)+[a-z][a-z0-9_-]{5,19}|(?=[a-z_-]*[\d_-])[a-z][a-z0-9_-]{5,19}"
            r"|(?:是|为|:|加|=|→|-)*[1-9]\d{5,10})(?![a-z0-9_])"
        ),
        "去掉私人账号，请对方发“人工”，由同事联系",
    ),
)
