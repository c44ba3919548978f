"""The review of a text before it leaves the house: what is wrong, why, and what instead.

Nearly every text is clean, so one expression over the folded text (the sieve) decides whether to
look closer. It lets nothing through that a rule would find: it is made of the same patterns. No
rule reaches over a new line, and the lines of lists and menus come again and again, so what the
sieve said of a line is kept.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bot.core.caching import made_once
from bot.wording import links, private
from bot.wording.absolute import ABSOLUTE
from bot.wording.evidence import EVIDENCE
from bot.wording.folding import Folded, Span, fold, folded
from bot.wording.marks import is_marked_ad, is_marked_ai
from bot.wording.policy import Policy
from bot.wording.rule import Finding, Grade, Origin, Topic
from bot.wording.trade import TRADE
from bot.wording.words import WordList, lies_within

RULES: Final = (*ABSOLUTE, *EVIDENCE, *TRADE)
"""The rules about words that hold for every brand."""

_TO_ALL: Final = re.compile(r"@(?:所有人|全体(?:成员)?|全员|all(?![a-z]))")
_MAY_CALL_ALL: Final = frozenset({Origin.POST, Origin.OPERATOR})


def review(
    text: str,
    policy: Policy,
    *,
    origin: Origin = Origin.ANSWER,
    quoted: Iterable[str] = (),
) -> tuple[Finding, ...]:
    """Everything in ``text`` that must, or should, not be said, worst first.

    What lies inside of something worse is not told again.

    ``quoted`` are words of members that the text repeats (a name, a blessing, his own address):
    inside them only links and calls to everybody are looked for, for they are no advertising of
    ours, and what he tells about himself is his.
    """
    lists = _lists_of(policy)
    if all(map(lists.passes, text.split("\n"))) and (
        origin is not Origin.MODEL or is_marked_ai(fold(text))
    ):
        return ()
    place = folded(text)
    found = sorted(_findings(place, policy, lists, origin, tuple(quoted)), key=_importance)
    told: list[Finding] = []
    for finding in found:
        if not lies_within(_span(finding), map(_span, told)):
            told.append(finding)
    return tuple(told)


_ORDER: Final = {grade: number for number, grade in enumerate(Grade)}


def _importance(finding: Finding) -> tuple[int, int, int]:
    """Worst first, then from left to right; the longer one tells more."""
    return _ORDER[finding.grade], finding.start, -len(finding.what)


def _span(finding: Finding) -> Span:
    return finding.start, finding.start + len(finding.what)


KEPT_LINES: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Lists:
    """A policy, ready for searching."""

    own: WordList
    banned: WordList
    allowed: WordList
    proven: WordList
    registered: WordList
    passes: Callable[[str], bool]
    """The sieve: whether nothing at all is in a line. It may say no too often, never yes."""


@made_once
def _lists_of(policy: Policy) -> _Lists:
    own = [fold(word) for word in (*policy.blocked, *policy.banned)]
    patterns = [
        *(rule.pattern for rule in RULES),
        *(re.escape(word) for word in own if word),
        *(kind.pattern.pattern for kind in private.PRIVATE),
        links.LINK.pattern,
        _TO_ALL.pattern,
    ]
    return _Lists(
        own=WordList(policy.blocked),
        banned=WordList(policy.banned),
        allowed=WordList(policy.allowed),
        proven=WordList(policy.proven),
        registered=WordList(policy.registered),
        passes=lru_cache(maxsize=KEPT_LINES)(_sieve(re.compile("|".join(patterns)))),
    )


def _sieve(anything: re.Pattern[str]) -> Callable[[str], bool]:
    def passes(line: str) -> bool:
        plain = fold(line)
        return not (anything.search(plain) or ("." in plain and links.has_link(line)))

    return passes


def _findings(
    place: Folded, policy: Policy, lists: _Lists, origin: Origin, quoted: tuple[str, ...]
) -> Iterator[Finding]:
    allowed = _spans(lists.allowed, place)
    theirs = [*allowed, *_spans(WordList(quoted), place)]
    yield from _claims(place, lists, theirs)
    yield from _own_words(place, lists, theirs)
    yield from _private_data(place, policy, theirs)
    yield from _links(place, policy, allowed)
    yield from _calls(place, origin)
    if origin is Origin.MODEL and not is_marked_ai(place.text):
        yield Finding(Grade.BLOCK, "", _AI_WHY, _AI_INSTEAD, len(place.written))


def _claims(place: Folded, lists: _Lists, passed: list[Span]) -> Iterator[Finding]:
    """What the law says about advertising."""
    proofs = {
        Topic.EVIDENCE: _spans(lists.proven, place),
        Topic.MEDICINE: _spans(lists.registered, place),
    }
    for rule in RULES:
        for match in rule.compiled.finditer(place.text):
            if not lies_within(match.span(), [*passed, *proofs.get(rule.topic, ())]):
                yield _finding(place, match.span(), rule.grade, rule.why, rule.instead)


def _own_words(place: Folded, lists: _Lists, passed: list[Span]) -> Iterator[Finding]:
    """What the brand does not want to hear itself say."""
    for words, why in ((lists.own, _BLOCKED_WHY), (lists.banned, _BANNED_WHY)):
        for _, span in words.spans(place.text):
            if not lies_within(span, passed):
                yield _finding(place, span, Grade.BLOCK, why, _OTHER_WORDS)


def _private_data(place: Folded, policy: Policy, passed: list[Span]) -> Iterator[Finding]:
    for kind, span in private.find_private(place.text):
        is_ours = kind is private.MAIL and all(
            links.leads_to(host, policy.link_hosts)
            for host in private.hosts_of_mail(place.as_written(span))
        )
        if not is_ours and not lies_within(span, passed):
            yield _finding(place, span, Grade.BLOCK, private.WHY, kind.instead)


def _links(place: Folded, policy: Policy, allowed: list[Span]) -> Iterator[Finding]:
    known = (*links.PLATFORM_HOSTS, *policy.link_hosts, *policy.shop_hosts)
    passed = [place.written_span(span) for span in allowed]
    for link in links.find_links(place):
        if lies_within(link.span, passed):
            continue
        what, start = place.written[slice(*link.span)], link.span[0]
        if not links.leads_to(link.host, known):
            yield Finding(Grade.BLOCK, what, links.WHY, links.INSTEAD, start)
        elif links.leads_to(link.host, policy.shop_hosts) and not is_marked_ad(place.text):
            yield Finding(Grade.BLOCK, what, _AD_WHY, _AD_INSTEAD, start)


def _calls(place: Folded, origin: Origin) -> Iterator[Finding]:
    if origin not in _MAY_CALL_ALL:
        for match in _TO_ALL.finditer(place.text):
            yield _finding(place, match.span(), Grade.BLOCK, _TO_ALL_WHY, _TO_ALL_INSTEAD)


def _spans(words: WordList, place: Folded) -> list[Span]:
    return [span for _, span in words.spans(place.text)]


def _finding(place: Folded, span: Span, grade: Grade, why: str, instead: str) -> Finding:
    return Finding(grade, place.as_written(span), why, instead, place.starts[span[0]])


_BLOCKED_WHY: Final = "persona.yaml 的 screening.blocked 里列了它"
_BANNED_WHY: Final = "persona.yaml 的 tone.banned 里列了它，不像这个人设会说的"
_OTHER_WORDS: Final = "换一种说法"
_TO_ALL_WHY: Final = "回答不惊动全群，只有帖子和公告可以"
_TO_ALL_INSTEAD: Final = "去掉，或者请群主发公告"
_AD_WHY: Final = "互联网广告管理办法第九条：带购买链接的要标明是广告"
_AD_INSTEAD: Final = "在最前面写上【广告】"
_AI_WHY: Final = "人工智能生成合成内容标识办法：模型写的要标明"
_AI_INSTEAD: Final = "在最后写上（AI 生成）"
