"""Whether what a model wrote may be said: held against what it was given, trusting nothing.

Every figure, address and foreign word must stand in what the house gave (``Given.known``); what a
member wrote is no source, or he could make the bot say it. Words of value (coupons, points, money)
may be repeated from the knowledge base and never be brought up. The check of a text also holds
for each of its beginnings, so that a beginning which passed may be shown while the rest comes.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bot.persona.model.disguises import squeeze, unwrap
from bot.persona.model.figures import foreign_share, read_addresses, read_figures, read_words

MOST_CHARACTERS: Final = 300
OVERLAP: Final = 8
"""So many characters in a row of our rules are a leak."""

FOREIGN: Final = 0.3
"""Share of foreign letters from which on a text is not Chinese."""

Review = Callable[[str], str]
"""What is wrong with a text by the rules for everything that leaves the house; empty: nothing."""


class Stop(StrEnum):
    """Why a text may not be said."""

    EMPTY = "empty"
    LONG = "long"
    CANARY = "canary"
    RULES = "rules"
    MODEL_TALK = "model_talk"
    DENIAL = "denial"
    CROWD = "crowd"
    FIGURE = "figure"
    ADDRESS = "address"
    WORD = "word"
    LANGUAGE = "language"
    PRIVATE = "private"
    PERSON = "person"
    PROMISE = "promise"
    VALUE = "value"
    CLAIM = "claim"
    WRAPPED = "wrapped"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class Given:
    """What went into a prompt, as far as what comes out is held against it.

    ``secret`` are our rules with their delimiters, ``canary`` a word in them that means nothing.
    ``known`` is what the house gave: the card, hits and facts; ``hits`` the hits alone, ``asked``
    the person's own words. ``others`` are the names of the other members of his group.
    """

    secret: str
    canary: str
    known: str
    hits: str
    asked: str
    others: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Stopped:
    """The text may not be said; ``what`` is the place that stopped it, for the record."""

    stop: Stop
    what: str


_MODEL_TALK: Final = re.compile(
    r"作为(?:一个|一名|一款)?(?:ai|人工智能|语言模型|大模型|助手模型)|语言模型|大模型|训练数据|训练语料|我无法提供"
    r"|系统提示|提示词|systemprompt|prompt|我的(?:设定|指令|规则|人设)|开发者|我被(?:要求|设定|编程|训练)"
    r"|asanai|languagemodel|openai|chatgpt|gpt|claude|anthropic|gemini|deepseek|通义|千问|qwen|文心|豆包"
    r"|kimi|月之暗面|智谱|chatglm|llama|混元|讯飞星火|百川"
)
_DENIAL: Final = re.compile(
    r"(?:我|小编|本人)?(?:可?不是|并不是|并非|才不是|根本不是|从来不是)(?:一?个)?(?:什么)?(?:机器人|ai|人工智能|程序|机器|智能助)"
    r"|(?:我|这边|这里)(?:就|真的|当然|其实|一直)?(?:都)?是(?:一?个)?(?:真人|活人|人类|人工客服|真实的人|有血有肉)"
    r"|(?:真人|人类)(?:客服|店员|员工|小编)?(?:在|为你|和你|跟你|陪你)|没有(?:用|使用)(?:任何)?(?:ai|人工智能)"
    r"|我是(?:本群|店里的?|公司的?|官方的?|系统的?)?(?:老板|群主|管理员|医生|律师|皮肤科|药师|营养师|员工|店长)"
)
_CROWD: Final = re.compile(r"所有人请|atall|全体成员|各位成员|大家都来")
_PRIVATE: Final = re.compile(
    r"手机号|电话(?:号码)?(?:是|为)|身份证|银行卡|家庭?住址|住在|收货地址|真实姓名|的地址是|的生日是|验证码|密码"
    r"|密钥|私?加(?:我|他|她|你)?(?:个)?(?:微信|qq|v)|微信号|qq号|的订单|聊天记录|(?:买过|下单了|退过货)"
)
_VALUE: Final = re.compile(
    r"优惠券|优惠码|兑换码|折扣码|券码|抵用券|代金券|红包|积分|现金|返现|退款|退钱|赔偿|赔付|补偿|免单|免费|中奖|奖品|余额|买一送一"
    r"|半价|打折|包邮|暗号|口令"
)
_CLAIM: Final = re.compile(
    r"(?:送|发|给|奖励?|补偿?)(?:你|您|大家|每人|每个人|全群|所有人).{0,8}(?:券|红包|积分|现金|礼|钱|码|面霜|正装)"
    r"|每人(?:都|一|有|送|领)|(?:快|都|来|免费|赶紧|速)(?:来)?领|买一送一|免单|"
    r"(?:已经?|马上|这就|立刻|刚刚?|正在)(?:给|帮|为|替|把)?(?:你|您|大家|他|她|所有人)?的?.{0,4}"
    r"(?:发放|发送|发出|到账|加上|加好|充值|退款|退了|改好|修改|删除|删掉|踢出|移出|禁言|拉黑|开通|登记|升级|兑换|转账|授权|执行)"
    r"|我(?:来|会|可以|能)?(?:给|帮|为|替)(?:你|您|大家|他|她)(?:加|充|退|改|删|踢|转|发放|开通|兑换|升级|申请)"
    r"|(?:指令|命令|任务)(?:已|收到|执行)|(?:我)?(?:已)?(?:记住|记下)了?(?:这条|这个)?(?:规则|指令|以后所有)|(?:进入|切换到|开启).{0,6}模式"
)
_PROMISE: Final = re.compile(
    r"根治|治愈|治好|治疗|包治|药到病除|停药|不用(?:看|去)(?:医生|医院)|不必就医|(?:吃|服用|口服)(?:点|些)?(?:药|激素|抗生素|维a酸|异维)"
    r"|确诊|你(?:这|得)的?是.{0,4}(?:炎|病|癣)|处方|剂量|保证.{0,6}(?:有效|见效|成功|胜诉|赔|好)|百分之?百|100(?:有效|成功)"
    r"|绝对(?:有效|安全|不会)|无副作用|胜诉|一定能?(?:赢|赔|治)|不构成违法|合法避|起诉|官司"
)


def screen(text: str, given: Given, review: Review) -> Stopped | None:
    """Why ``text`` may not be said; None when it may."""
    return next(_findings(text, given, review), None)


def _findings(text: str, given: Given, review: Review) -> Iterator[Stopped]:
    """Everything that speaks against a text, the worst first."""
    squeezed, known = squeeze(text), squeeze(given.known)
    if not squeezed:
        yield Stopped(Stop.EMPTY, "")
    if len(text) > MOST_CHARACTERS:
        yield Stopped(Stop.LONG, f"{len(text)} characters")
    yield from _leaks(squeezed, given)
    if "@" in unicodedata.normalize("NFKC", text):
        yield Stopped(Stop.CROWD, "@")
    for stop, pattern in (
        (Stop.MODEL_TALK, _MODEL_TALK),
        (Stop.DENIAL, _DENIAL),
        (Stop.CROWD, _CROWD),
        (Stop.CLAIM, _CLAIM),
        (Stop.PROMISE, _PROMISE),
    ):
        if match := pattern.search(squeezed):
            yield Stopped(stop, match[0])
    yield from _unknown(text, squeezed, given, known)
    if wrong := review(text):
        yield Stopped(Stop.WORDING, wrong)


def _leaks(squeezed: str, given: Given) -> Iterator[Stopped]:
    """Our rules and the canary, forwards and backwards."""
    for way in (squeezed, squeezed[::-1]):
        if squeeze(given.canary) in way:
            yield Stopped(Stop.CANARY, given.canary)
        if shared := _shared(way, squeeze(given.secret)):
            yield Stopped(Stop.RULES, shared)


def _unknown(text: str, squeezed: str, given: Given, known: str) -> Iterator[Stopped]:
    """What the house did not give."""
    for figure in sorted(read_figures(text) - read_figures(given.known)):
        yield Stopped(Stop.FIGURE, str(figure))
    for address in read_addresses(text):
        if address not in given.known.casefold():
            yield Stopped(Stop.ADDRESS, address)
    known_words = read_words(given.known)
    for word in sorted(read_words(text) - known_words):
        yield Stopped(Stop.WORD, word)
    if foreign_share(text, known_words) > FOREIGN:
        yield Stopped(Stop.LANGUAGE, text[:20])
    hits = squeeze(given.hits)
    for stop, pattern in ((Stop.PRIVATE, _PRIVATE), (Stop.VALUE, _VALUE)):
        for match in pattern.finditer(squeezed):
            if match[0] not in hits:
                yield Stopped(stop, match[0])
    asked = squeeze(given.asked)
    for name in given.others:
        folded = squeeze(name)
        if len(folded) > 1 and folded in squeezed and folded not in known + "\n" + asked:
            yield Stopped(Stop.PERSON, name)
    for wrapped in unwrap(text):
        yield Stopped(Stop.WRAPPED, wrapped[:20])


def _shared(text: str, secret: str) -> str:
    """The first run of characters that ``text`` shares with ``secret``; empty: none is so long."""
    pieces = {secret[at : at + OVERLAP] for at in range(len(secret) - OVERLAP + 1)}
    runs = (text[at : at + OVERLAP] for at in range(len(text) - OVERLAP + 1))
    return next((run for run in runs if run in pieces), "")
