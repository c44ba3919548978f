"""What a lottery publishes: everything the law wants before the start, and the proof after it."""

import hashlib
import random
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from bot.core.ids import EventKey, GroupKey, MemberId, UserId
from bot.members.people import PersonRef
from bot.members.roster import Roster
from bot.rewards.lottery.lotteries import Lotteries, QuizAnswer, Round
from bot.rewards.lottery.terms import hash_of, write_terms
from bot.settings.schema.rewards.lottery import Lottery
from bot.store.db import Store
from bot.web.pages.lottery import LotteryPages, masked
from bot.web.server import Server
from tests.support.brand import Live, brand
from tests.support.events import DAY, GROUP, NOW, REALM
from tests.unit.rewards.lottery.support import blank, gift, lottery, prize

ENDS = NOW + 3 * DAY


class Site:
    """The pages on a server, for whoever comes by."""

    def __init__(self, store: Store, base: str, session: aiohttp.ClientSession) -> None:
        self.settings = replace(brand())
        self.lotteries = Lotteries(store, random.Random(1))
        self.roster = Roster(store)
        self._base = base
        self._session = session

    async def publish(self, offered: Lottery) -> Round:
        found = await self.lotteries.publish(
            offered, groups=[GROUP], now=NOW, zone=self.settings.zone
        )
        assert found is not None
        return found

    async def draw(self, found: Round, user: str) -> MemberId:
        standing = await self.roster.see(PersonRef(REALM, UserId(user)), GROUP, NOW)
        await self.lotteries.draw(
            lottery_id=found.lottery_id, member_id=standing.member_id, key=EventKey(user), now=NOW,
            in_groups=[GROUP], is_staff=False, is_blocked=False, answer=QuizAnswer.NONE,
            quiz_tries=0, rules=self.settings.rewards, zone=self.settings.zone,
        )  # fmt: skip
        return standing.member_id

    async def end(self) -> None:
        await self.lotteries.settle(ENDS, rules=self.settings.rewards, zone=self.settings.zone)

    async def get(self, path: str, group: str = GROUP) -> tuple[int, str]:
        async with self._session.get(f"{self._base}/m/{group}/lottery/{path}") as got:
            return got.status, await got.text()


@pytest.fixture
async def site(store: Store) -> AsyncIterator[Site]:
    bound = socket.create_server(("127.0.0.1", 0))
    async with aiohttp.ClientSession() as session:
        site = Site(store, f"http://127.0.0.1:{bound.getsockname()[1]}", session)
        pages = LotteryPages(Live(site.settings), site.lotteries, site.roster)
        server = Server(bound, pages.routes())
        await server.start()
        yield site
        await server.stop()


def offer(**changes: object) -> Lottery:
    prizes = [prize(name="十积分"), gift(name="面膜<b>小样", most_a_member=1), blank(2)]
    return lottery(*prizes, groups=[GROUP], ends_at="2026-11-28 12:00", **changes)


async def test_all_that_the_law_wants_stands_there_before_the_start(site: Site) -> None:
    found = await site.publish(offer(fee_points=5, pity={"prize": "ten", "hard": 6}))
    status, page = await site.get("box")
    assert status == 200
    for part in (
        "小样盲盒", "十积分", "25%（1/4）", "19.00 元", "每人 1", "发“抽奖”", "每次 5 积分",
        "2026-11-28 12:00", "随抽随开", "中奖后按提示领取", "7 天内领取", "禾间", "发“人工”",
        "第 6 次必得十积分", found.seed_hash, hash_of(write_terms(found.terms)),
    ):  # fmt: skip
        assert part in page, part


async def test_the_seed_and_the_names_are_nowhere_before_the_end(site: Site) -> None:
    found = await site.publish(offer())
    await site.draw(found, "xiaolu")
    for path in ("box", "box/1", "box/1/entrants.txt"):
        _, page = await site.get(path)
        assert found.seed not in page
        assert "xiaolu" not in page
    assert (await site.get("box/1/entrants.txt"))[0] == 404


async def test_after_the_end_anybody_can_recompute_it(site: Site) -> None:
    found = await site.publish(
        lottery(
            gift("cream", weight=0, stock=1),
            groups=[GROUP],
            ends_at="2026-11-28 12:00",
            mode="at_time",
        )
    )
    members = [await site.draw(found, user) for user in ("xiaolu", "aqing")]
    await site.end()
    _, page = await site.get("box/1")
    _, listed = await site.get("box/1/entrants.txt")
    assert listed == "".join(f"{member}:1\n" for member in members)
    assert hashlib.sha256(listed.encode()).hexdigest() in page
    assert found.seed in page
    assert page.count("**</td>") == 1
    assert "xiaolu" not in page


async def test_the_newest_round_is_shown_and_earlier_ones_are_kept(site: Site) -> None:
    weekly = offer(weekly={"day": "sat", "at": "12:00"}).model_copy(update={"ends_at": None})
    first = await site.publish(weekly)
    await site.end()
    second = await site.lotteries.publish(weekly, groups=[GROUP], now=ENDS, zone=site.settings.zone)
    assert second is not None
    assert second.seed_hash in (await site.get("box"))[1]
    assert first.seed in (await site.get("box/1"))[1]


@pytest.mark.parametrize("path", ["nothing", "box/2", "box/x", "box/1/other"])
async def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    await site.publish(offer())
    assert (await site.get(path))[0] == 404


async def test_a_group_that_does_not_take_part_has_no_page_of_it(site: Site) -> None:
    await site.publish(offer())
    assert (await site.get("box", group=GroupKey("friends")))[0] == 404


async def test_names_from_the_configuration_are_text_and_never_markup(site: Site) -> None:
    await site.publish(offer())
    _, page = await site.get("box")
    assert "面膜&lt;b&gt;小样" in page
    assert "<b>" not in page


def test_a_name_is_shown_by_its_first_character() -> None:
    assert [masked(name) for name in ("小鹿", "A", "")] == ["小**", "A**", "**"]
