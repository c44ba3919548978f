"""rewards.yaml, lotteries: what the law forbids is refused before anybody is told of it.

Sources: 规范促销行为暂行规定 (in force since 2020-12-01: what is published before the start, no
change but in the consumers' favour), 反不正当竞争法 on prize sales (top prize at most 50,000 yuan,
no insiders), 微信外部链接内容管理规范 (no reward for sharing), and that paid lotteries are for the
state alone 彩票管理条例. An engineering reading, not legal advice.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.core.text import normalise
from bot.settings.checks.draft import Check, Draft, listed, repeated
from bot.settings.checks.plan import is_quiet
from bot.settings.checks.screening import RULES, Spoken, screen
from bot.settings.problems import Finding, Path
from bot.settings.schema.rewards.lottery import Lottery, LotteryMode, Prize, PrizeKind

FILE: Final = "rewards.yaml"

MOST_VALUE_FEN: Final = 50_000 * 100
"""The law's limit for the top prize of a draw."""

PROMOTION_RULES: Final = "规范促销行为暂行规定"

SHARING: Final = re.compile(r"转发|分享|朋友圈|集赞|点赞数|助力|砍一刀|拉人|邀请.{0,6}(次|机会)")
"""Acts of spreading, on which no draw may hang."""

PAYING: Final = re.compile(
    r"充值|付费|付款|花钱|买积分|购买积分|购买.{0,4}(次数|机会)|\d元.{0,3}(一次|抽)"
)
"""Ways of paying for a draw with money."""

_DENIED: Final = re.compile(r"(不|无|别|免)(用|需|必|要|需要)?$")
"""Before such a word it says that it is not asked for (不用转发)."""

_PUBLISHED: Final = {
    "how": "how to take part, in words for members",
    "claim": "how and until when prizes are claimed, in words for members",
    "organiser": "the organiser's full name",
    "contact": "how the organiser is reached",
}

_NOT_OF_BLANKS: Final = ("stock", "most_a_member", "most_a_day", "slice_hours", "value_fen")


def check_published(draft: Draft) -> Iterator[Finding]:
    """Everything that the law wants published is there."""
    for path, lottery in _lotteries(draft):
        for key, meaning in _PUBLISHED.items():
            if not getattr(lottery, key).strip():
                what = f"{PROMOTION_RULES} wants it published before the start"
                yield Finding(FILE, (*path, key), what, f"add {key}: {meaning}", "key")
        for place, prize in enumerate(lottery.prizes):
            yield from _check_value((*path, "prizes", place), prize)


def _check_value(path: Path, prize: Prize) -> Iterator[Finding]:
    worth = max(prize.value_fen, prize.amount if prize.kind is PrizeKind.FEN else 0)
    if worth > MOST_VALUE_FEN:
        what = "反不正当竞争法 allows a top prize of at most 50,000 yuan"
        instead = f"write {MOST_VALUE_FEN} (fen) or less, or more and smaller prizes"
        yield Finding(FILE, (*path, "value_fen"), what, instead)
    if prize.kind in (PrizeKind.GIFT, PrizeKind.COUPON) and not prize.value_fen:
        what = f"{PROMOTION_RULES} wants the value of each prize published"
        yield Finding(FILE, (*path, "value_fen"), what, "add value_fen: its price in fen", "key")


def check_bait(draft: Draft) -> Iterator[Finding]:
    """No draw hangs on sharing, and none costs money."""
    for path, lottery in _lotteries(draft):
        for place, text in _texts(lottery):
            if word := _asks_for(SHARING, text):
                what = f"“{word}” hangs a draw on sharing, which the platform bans 诱导分享"
                instead = "hang it on a check-in, an answer or points; or say that it is not needed"
                yield Finding(FILE, (*path, *place), what, instead)
            if word := _asks_for(PAYING, text):
                what = f"“{word}” makes members pay for a draw, which only the state's lottery may"
                instead = "make it free, or let it cost points that were earned (fee_points)"
                yield Finding(FILE, (*path, *place), what, instead)


def _texts(lottery: Lottery) -> Iterator[tuple[Path, str]]:
    for key in ("title", "how", "claim"):
        yield (key,), getattr(lottery, key)
    for place, prize in enumerate(lottery.prizes):
        yield ("prizes", place, "name"), prize.name
    if lottery.quiz is not None:
        yield ("quiz", "question"), lottery.quiz.question


def _asks_for(words: re.Pattern[str], text: str) -> str:
    plain = normalise(text).replace(" ", "")
    for found in words.finditer(plain):
        if not _DENIED.search(plain[: found.start()]):
            return found[0]
    return ""


def check_words(draft: Draft) -> Iterator[Finding]:
    """Nothing that is published contains a word that may not be said."""
    texts: list[Spoken] = [
        (FILE, (*path, *place), text)
        for path, lottery in _lotteries(draft)
        for place, text in _texts(lottery)
        if not _asks_for(SHARING, text)  # check_bait has told
    ]
    yield from screen(draft, texts)


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Lotteries and prizes have keys of their own, and name groups that exist."""
    for place, first in repeated(lottery.key for lottery in draft.rewards.lotteries):
        path: Path = ("lotteries", place, "key")
        what = f"the same key as lotteries[{first}]"
        yield Finding(FILE, path, what, "give each lottery its own key")
    for path, lottery in _lotteries(draft):
        for place, first in repeated(prize.key for prize in lottery.prizes):
            what = f"the same key as prizes[{first}]"
            yield Finding(FILE, (*path, "prizes", place, "key"), what, "give each its own key")


def check_groups(draft: Draft) -> Iterator[Finding]:
    """Groups that take part exist."""
    groups = [group.key for group in draft.bot.groups]
    for path, lottery in _lotteries(draft):
        for place, key in enumerate(lottery.groups):
            if key not in groups:
                what = "there is no group with this key"
                yield Finding(
                    FILE, (*path, "groups", place), what, f"write one of {listed(groups)}"
                )


def check_times(draft: Draft) -> Iterator[Finding]:
    """A lottery ends once or weekly, after its start, and is not drawn while people sleep."""
    for path, lottery in _lotteries(draft):
        if (lottery.ends_at is None) is (lottery.weekly is None):
            what = f"{PROMOTION_RULES} wants the end and the time of drawing published"
            instead = "write either ends_at or weekly"
            yield Finding(FILE, (*path, "ends_at"), what, instead, "key")
        starts, ends = lottery.starts_at, lottery.ends_at
        if starts is not None and ends is not None and ends <= starts:
            what = f"not after its start, {starts:%Y-%m-%d %H:%M}"
            yield Finding(FILE, (*path, "ends_at"), what, "let it end after it starts")


def check_quiet_drawings(draft: Draft) -> Iterator[Finding]:
    """Winners are told when they are awake."""
    quiet = draft.calendar.quiet_hours
    for path, lottery in _lotteries(draft):
        if not lottery.mode.is_drawn_among_entrants:
            continue
        key = "ends_at" if lottery.weekly is None else "weekly"
        at = lottery.weekly.at if lottery.weekly else None
        if lottery.ends_at is not None:
            at = lottery.ends_at.time()
        if at is not None and is_quiet(at, quiet.starts, quiet.ends):
            what = f"drawn inside the quiet hours, {quiet.starts:%H:%M} to {quiet.ends:%H:%M}"
            yield Finding(FILE, (*path, key), what, "draw at another time of day")


def check_modes(draft: Draft) -> Iterator[Finding]:
    """Each mode has what it needs."""
    for path, lottery in _lotteries(draft):
        if (lottery.mode is LotteryMode.QUIZ) is (lottery.quiz is None):
            instead = "add quiz: with question and answers; or choose another mode"
            if lottery.quiz is not None:
                instead = "remove it, or write mode: quiz"
            yield Finding(
                FILE, (*path, "quiz"), f"does not fit mode {lottery.mode}", instead, "key"
            )
        if (lottery.mode is LotteryMode.FULL) is not bool(lottery.entrants):
            instead = "write how many entrants it waits for, and only with mode: full"
            yield Finding(FILE, (*path, "entrants"), "does not fit its mode", instead, "key")
        yield from _check_quiz(path, lottery)
        if lottery.mode.is_drawn_among_entrants:
            yield from _check_numbers(path, lottery)
        else:
            yield from _check_weights(path, lottery)


def _check_quiz(path: Path, lottery: Lottery) -> Iterator[Finding]:
    if lottery.quiz is None or not lottery.quiz.choices:
        return
    letters = [chr(ord("A") + place) for place in range(len(lottery.quiz.choices))]
    for place, right in enumerate(lottery.quiz.answers):
        if right.upper() not in letters:
            where = (*path, "quiz", "answers", place)
            yield Finding(FILE, where, "no letter of a choice", f"write one of {listed(letters)}")


def _check_numbers(path: Path, lottery: Lottery) -> Iterator[Finding]:
    """Among entrants only numbers count."""
    for place, prize in enumerate(lottery.prizes):
        where = (*path, "prizes", place)
        if prize.kind is PrizeKind.NOTHING:
            what = "a blank has no place among entrants: whoever is not drawn wins nothing"
            yield Finding(FILE, (*where, "kind"), what, "remove it")
            continue
        if not prize.stock:
            what = f"{PROMOTION_RULES} wants the number of each prize published"
            yield Finding(FILE, (*where, "stock"), what, "write how many there are", "key")
        for key in ("weight", "slice_hours", "most_a_day", "most_a_member"):
            if getattr(prize, key):
                what = "means nothing in a drawing among entrants"
                yield Finding(FILE, (*where, key), what, "remove it")
    if lottery.pity is not None:
        what = "means nothing in a drawing among entrants"
        yield Finding(FILE, (*path, "pity"), what, "remove it", "key")


def _check_weights(path: Path, lottery: Lottery) -> Iterator[Finding]:
    if lottery.when_empty is None:
        what = "nobody can tell what an empty prize does to the odds"
        instead = "write when_empty: no_win or renormalise"
        yield Finding(FILE, (*path, "when_empty"), what, instead, "key")
    for place, prize in enumerate(lottery.prizes):
        where = (*path, "prizes", place)
        if not prize.weight:
            what = f"{PROMOTION_RULES} wants the odds of each prize published"
            yield Finding(FILE, (*where, "weight"), what, "write its weight, 1 or more", "key")
        if prize.kind is PrizeKind.NOTHING:
            for key in _NOT_OF_BLANKS:
                if getattr(prize, key):
                    yield Finding(FILE, (*where, key), "a blank has none", "remove it")
        elif not prize.stock:
            what = f"{PROMOTION_RULES} wants the number of each prize published"
            yield Finding(FILE, (*where, "stock"), what, "write how many there are", "key")
    if all(prize.kind is PrizeKind.NOTHING for prize in lottery.prizes):
        yield Finding(FILE, (*path, "prizes"), "nothing can be won", "add a prize", "key")
    yield from _check_pity(path, lottery)


def _check_pity(path: Path, lottery: Lottery) -> Iterator[Finding]:
    pity = lottery.pity
    if pity is None:
        return
    real = [prize.key for prize in lottery.prizes if prize.kind is not PrizeKind.NOTHING]
    if pity.prize not in real:
        instead = f"write one of {listed(real)}"
        yield Finding(FILE, (*path, "pity", "prize"), "no prize of this lottery", instead)
    if not pity.hard and not (pity.soft_from and pity.soft_weight):
        what = "promises nothing"
        instead = "write hard, or soft_from and soft_weight"
        yield Finding(FILE, (*path, "pity"), what, instead, "key")


def _lotteries(draft: Draft) -> Iterator[tuple[Path, Lottery]]:
    for place, lottery in enumerate(draft.rewards.lotteries):
        yield ("lotteries", place), lottery


_LOTTERIES = frozenset({"rewards.lotteries"})

CHECKS = (
    Check(check_published, reads=_LOTTERIES),
    Check(check_bait, reads=_LOTTERIES),
    Check(check_words, reads=_LOTTERIES, whole=RULES),
    Check(check_keys, reads=_LOTTERIES),
    Check(check_groups, reads=_LOTTERIES | {"bot.groups"}, whole=frozenset({"bot.groups"})),
    Check(check_times, reads=_LOTTERIES),
    Check(check_quiet_drawings, reads=_LOTTERIES, whole=frozenset({"calendar.quiet_hours"})),
    Check(check_modes, reads=_LOTTERIES),
)
