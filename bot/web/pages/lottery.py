"""GET /m/{group}/lottery/{key}: what a lottery has published, for anybody who has the address.

The law wants it published before the start, so nobody has to log in to read it. Once it is over the
seed, the list of draws and the winners stand here too; names are shown by their first character.

    GET /m/{group}/lottery/{key}                        the newest round
    GET /m/{group}/lottery/{key}/{round}                an earlier one
    GET /m/{group}/lottery/{key}/{round}/entrants.txt   its draws, as they are hashed; once over
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from string import Template
from typing import Final

from aiohttp import web

from bot.core.ids import GroupKey
from bot.members.roster import Roster
from bot.rewards.lottery.draw import entrants_text, slices
from bot.rewards.lottery.lotteries import Lotteries, Round, RoundState, Win
from bot.rewards.lottery.terms import Terms, write_terms
from bot.settings.pages import PAGES_PATH
from bot.settings.schema.rewards.lottery import LotteryMode, Pity, Prize, PrizeKind, WhenEmpty
from bot.settings.settings import HasSettings, Settings

_FILES: Final = f"{PAGES_PATH}/-"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

WINNERS_SHOWN: Final = 200

_AMONG: Final = "由程序按种子在全部报名里抽，按奖品表从上到下给出，每人最多中一份"

_MODES: Final = {
    LotteryMode.INSTANT: "随抽随开：每次抽奖当场出结果",
    LotteryMode.AT_TIME: f"到点开奖：截止时{_AMONG}",
    LotteryMode.FULL: f"满 {{entrants}} 份开奖，最晚截止时开：{_AMONG}",
    LotteryMode.CHECKIN: "签到抽奖：当天签到得一次抽奖，当场出结果",
    LotteryMode.QUIZ: "答题抽奖：答对得一次抽奖，当场出结果",
}

_DRAWN: Final = (
    "HMAC-SHA256(种子, “活动:成员号:第几次”) 是一个整数。随抽随开时它对总权重取余"
    "（落在最后不满一轮的数重算，所以没有偏差），余数落在谁的权重里就是谁；"
    "一起开奖时按这个整数从小到大排队领奖。"
)


@dataclass(frozen=True, slots=True)
class LotteryPages:
    """The published pages of all lotteries."""

    live: HasSettings
    lotteries: Lotteries
    roster: Roster

    def routes(self) -> list[web.RouteDef]:
        """The routes that the module's docstring lists."""
        lottery = f"{PAGES_PATH}/{{group}}/lottery/{{key}}"
        return [
            web.get(lottery, self.show),
            web.get(f"{lottery}/{{round:\\d{{1,9}}}}", self.show),
            web.get(f"{lottery}/{{round:\\d{{1,9}}}}/entrants.txt", self.list_entrants),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """The page of a round."""
        found = await self._find(request)
        settings = self.live.current
        text = Template(_file("lottery.html")).substitute(
            title=_escape(found.terms.title),
            status=_escape(_status(found, settings)),
            chance_head="概率" if found.terms.total_weight else "给法",
            prizes="".join(_prize_row(found.terms, prize) for prize in found.terms.prizes),
            rules=_facts(_rules(found.terms, settings)),
            proof=_facts(await self._proof(found)),
            results=await self._results(request, found),
            files=_FILES,
        )
        return web.Response(text=text, content_type="text/html", headers=_HEADERS)

    async def list_entrants(self, request: web.Request) -> web.Response:
        """The draws of a round that is over: the very text whose hash was published."""
        found = await self._find(request)
        if found.state is RoundState.OPEN:
            raise _missing()
        draws = await self.lotteries.read_draws(found.lottery_id)
        text = entrants_text(draw.ticket for draw in draws)
        return web.Response(text=text, content_type="text/plain", headers=_HEADERS)

    async def _find(self, request: web.Request) -> Round:
        """The round that the address names, if the group takes part in it."""
        names = request.match_info
        number = names.get("round")
        found = await self.lotteries.find_round(names["key"], int(number) if number else None)
        if found is None or GroupKey(names["group"]) not in found.terms.groups:
            raise _missing()
        return found

    async def _proof(self, found: Round) -> list[tuple[str, str]]:
        versions = await self.lotteries.read_terms_versions(found.lottery_id)
        facts = [
            ("活动", f"{found.campaign}（编号 {found.lottery_id}）"),
            ("开始前公布的种子指纹（SHA-256）", found.seed_hash),
            ("抽法", _DRAWN),
            *((f"规则第 {version} 版的指纹（SHA-256）", digest) for version, _, digest in versions),
        ]
        if found.state is RoundState.OPEN:
            return [*facts, ("种子和名单", "结束后在这里公开，谁都可以自己算一遍")]
        return [
            *facts,
            ("种子", found.seed),
            ("名单指纹（SHA-256）", found.entrants_hash),
            ("规则原文", write_terms(found.terms)),
        ]

    async def _results(self, request: web.Request, found: Round) -> str:
        if found.state is RoundState.OPEN:
            return ""
        wins = await self.lotteries.read_wins(found)
        rows = "".join([await self._win_row(win) for win in wins[:WINNERS_SHOWN]])
        place = f"{PAGES_PATH}/{request.match_info['group']}/lottery/{found.key}/{found.number}"
        count = f"共 {found.draws} 次，中 {sum(win.follows is None for win in wins)} 份"
        return (
            f'<h2>结果</h2><p>{count}。<a href="{_escape(place)}/entrants.txt">全部名单</a>'
            "（每行是“成员号:第几次”）</p>"
            "<table><thead><tr><th>名单上</th><th>谁</th><th>奖品</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    async def _win_row(self, win: Win) -> str:
        name = await self.roster.read_name(win.ticket.member_id)
        ticket = f"{win.ticket.member_id}:{win.ticket.number}"
        prize = win.prize.name if win.follows is None else f"{win.prize.name}（顺延）"
        return _row(ticket, masked(name), prize)


def masked(name: str) -> str:
    """A name of which its owner knows that it is his: the first character."""
    return f"{name[:1]}**"


def _status(found: Round, settings: Settings) -> str:
    terms = found.terms
    span = f"{_moment(settings, terms.starts_at)} 到 {_moment(settings, terms.ends_at)}"
    state = "进行中" if found.state is RoundState.OPEN else "已结束"
    return f"{settings.bot.brand.name} · {state} · {span}"


def _rules(terms: Terms, settings: Settings) -> list[tuple[str, str]]:
    groups = "、".join(group.name for key in terms.groups if (group := settings.group(key)))
    starts, ends = _moment(settings, terms.starts_at), _moment(settings, terms.ends_at)
    facts = [
        ("时间", f"{starts} 到 {ends}"),
        ("开奖方式", _MODES[terms.mode].format(entrants=terms.entrants)),
        ("怎么参加", terms.how),
        ("谁能参加", f"{groups}的成员；群主和工作人员不参加"),
        ("次数", _limits(terms)),
        ("费用", _fee(terms)),
    ]
    if terms.question:
        facts.append(("题目", "\n".join([terms.question, *terms.choices])))
    if terms.winner_rest_days:
        facts.append(("中奖之后", f"中过积分以外的奖，{terms.winner_rest_days} 天内不再参加"))
    if terms.total_weight:
        facts.append(("奖品没有了", _when_empty(terms)))
    if terms.pity is not None:
        facts.append(("保底", _pity(terms, terms.pity)))
    unclaimed = "按名单顺延一次，再没有人领就收回" if terms.mode.is_drawn_among_entrants else "收回"
    return [
        *facts,
        ("领奖", terms.claim),
        ("领奖期限", f"实物中奖后 {terms.claim_days} 天内领取，过时{unclaimed}；其余奖品当场到账"),
        ("主办", terms.organiser),
        ("联系", terms.contact),
        ("改动", "公布以后只会往对参加者有利的方向改，每一版都留着指纹"),
    ]


def _limits(terms: Terms) -> str:
    parts = [f"每人每天 {terms.draws_a_day} 次" if terms.draws_a_day else "每天不限次数"]
    if terms.draws:
        parts.append(f"一共 {terms.draws} 次")
    return "，".join(parts)


def _fee(terms: Terms) -> str:
    if not terms.fee_points:
        return "不花钱，也不花积分"
    return f"不花钱；每次 {terms.fee_points} 积分，积分靠签到和互动得到，不出售"


def _when_empty(terms: Terms) -> str:
    if terms.when_empty is WhenEmpty.NO_WIN:
        return "它的概率算作没中，别的奖品概率不变"
    return "它的概率按比例分给还有的奖品"


def _pity(terms: Terms, pity: Pity) -> str:
    name, parts = terms.prize(pity.prize).name, []
    if pity.hard:
        parts.append(f"连续 {pity.hard - 1} 次没中，第 {pity.hard} 次必得{name}")
    if pity.soft_from:
        parts.append(
            f"连续没中的第 {pity.soft_from} 次起，{name}的权重"
            f"每次加 {pity.soft_weight}（从没中里出）"
        )
    return "；".join(parts) + "，以还有货为限"


def _prize_row(terms: Terms, prize: Prize) -> str:
    if prize.kind is PrizeKind.NOTHING:
        return _row(prize.name, "", "", _chance(terms, prize), "")
    return _row(
        prize.name, _value(prize), str(prize.stock), _chance(terms, prize), _caps(terms, prize)
    )


def _value(prize: Prize) -> str:
    fen = prize.amount if prize.kind is PrizeKind.FEN else prize.value_fen
    return f"{fen // 100}.{fen % 100:02d} 元" if fen else "—"


def _chance(terms: Terms, prize: Prize) -> str:
    if not prize.weight:
        return "按名单抽"
    shown = f"{prize.weight * 100 / terms.total_weight:.4g}%"
    return f"{shown}（{prize.weight}/{terms.total_weight}）"


def _caps(terms: Terms, prize: Prize) -> str:
    parts = []
    if prize.most_a_member:
        parts.append(f"每人 {prize.most_a_member}")
    if prize.most_a_day:
        parts.append(f"每天 {prize.most_a_day}")
    if prize.slice_hours:
        rest = "剩的并入下一批" if prize.roll_over else "剩的不再放出"
        parts.append(f"每 {prize.slice_hours} 小时一批，分 {slices(terms, prize)} 批，{rest}")
    return "，".join(parts)


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    return "".join(f"<dt>{_escape(name)}</dt><dd>{_escape(text)}</dd>" for name, text in facts)


def _row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{_escape(cell)}</td>' for cell in cells)}</tr>"


def _moment(settings: Settings, instant: datetime) -> str:
    return instant.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")


def _missing() -> web.HTTPNotFound:
    text = Template(_file("notice.html")).substitute(
        title="没有这个抽奖", words="链接可能抄错了，或者名单还没有公开。", link="", files=_FILES
    )
    return web.HTTPNotFound(text=text, content_type="text/html", headers=_HEADERS)


@cache
def _file(name: str) -> str:
    return (files("bot.web.pages") / "static" / name).read_text(encoding="utf-8")


def _escape(text: str) -> str:
    return html.escape(text, quote=True)
