"""The shop through the pipeline: what members and staff type, and what they are told, and where."""

import random
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.events import Place
from bot.core.messages import Drawing, Outgoing, plain_text
from bot.handlers.purchases import Teller
from bot.handlers.shop import ShopHandlers
from bot.handlers.shop_desk import ShopDeskHandlers
from bot.handlers.shop_job import ShopJob
from bot.members.roster import MoveKind
from bot.persona.voice import Voice
from bot.rewards.ledger.ledger import AccountRef, Ledger, Reason, Transfer
from bot.rewards.ledger.models import read_account_balance
from bot.rewards.ledger.statement import Statements
from bot.rewards.levels import Levels
from bot.rewards.redemption.redemptions import Redemptions
from bot.settings.schema.rewards.shop import Shop
from bot.store.db import Store
from tests.support.books import assert_stored_books_are_right
from tests.support.brand import Live, brand
from tests.support.events import DAY, GROUP, HOUR, MINUTE, NOW, make_event
from tests.support.pipeline import Pipeline
from tests.support.stores import read_value

ADDRESS = "小鹿 13912345678 上海市徐汇区漕溪北路 1 号 502"
GOODS = Shop.model_validate(
    {
        "gifts": [
            {"key": "sample", "name": "面霜小样", "points": 800, "stock": 2, "note": "5 g"},
            {"key": "cream", "name": "正装面霜", "points": 6000, "stock": 1, "level": "大锦鲤"},
            {"key": "star", "name": "头衔", "kind": "title", "title": "课代表", "points": 300},
        ],
        "coupons": [
            {
                "key": "five", "name": "5 元券", "points": 400, "value_fen": 550,
                "min_spend_fen": 5900, "budget_fen": 2000, "most_a_day": 1,
            }
        ],
    }
)  # fmt: skip


class Town:
    """A group with 小鹿, who has points, and the operator 阿云; the shop is open."""

    def __init__(self, store: Store) -> None:
        settings = brand()
        rules = settings.rewards.model_copy(update={"shop": GOODS})
        self.live = Live(replace(settings, rewards=rules))
        self.store = store
        voice = Voice(self.live, random.Random(1))
        redemptions = Redemptions(store, random.Random(2))
        pipeline = Pipeline(store, live=self.live)
        teller = Teller(voice, pipeline.roster)
        routes = (
            *ShopHandlers(voice, redemptions, Statements(store), Levels(store), teller).routes(),
            *ShopDeskHandlers(voice, redemptions, teller).routes(),
        )
        self.pipeline = Pipeline(store, *routes, live=self.live)
        self.redemptions = redemptions
        self.job = ShopJob(store, redemptions, teller, self.live)

    async def open(self, points: int) -> None:
        await self.pipeline.roster.appoint(self.live.current, NOW)
        for user in ("xiaolu", "ayun", "tangyuan"):
            await self.pipeline.join(user, MoveKind.FOUND)
        if points:
            await Ledger(self.store).transfer(
                Transfer(
                    key="points",
                    debit=AccountRef.issuance(),
                    credit=await self.account(),
                    amount=points,
                    reason=Reason.ADJUSTMENT,
                    reference="a test",
                    actor="tester",
                    at=NOW,
                )
            )
        await self.job.run(NOW)

    async def account(self) -> AccountRef:
        found = await self.pipeline.roster.find_by_name(GROUP, "xiaolu")
        return AccountRef.member(found[0])

    async def balance(self) -> int:
        return await read_account_balance(await self.account())

    async def say(self, text: str, user: str = "xiaolu", *, after: timedelta = timedelta()) -> str:
        """Somebody writes in the group; what he is answered there."""
        return await self._ask(text, user, Place.GROUP, after)

    async def tell(self, text: str, user: str = "xiaolu", *, after: timedelta = timedelta()) -> str:
        """Somebody writes in private; what he is answered."""
        return await self._ask(text, user, Place.PRIVATE, after)

    async def notes_to(self, user: str) -> list[str]:
        """What was written to somebody in private beside answers."""
        return [plain_text(sent.message) for sent in await self.notes() if is_to(sent, user)]

    async def notes(self) -> list[Outgoing]:
        return await self.pipeline.outbox()

    async def _ask(self, text: str, user: str, place: Place, after: timedelta) -> str:
        """``after`` is since noon; the clock stays where it is when that is past."""
        clock = self.pipeline.clock
        clock.advance(max(timedelta(), NOW + after - clock.now()))
        event = make_event(text, user=user, place=place, at=clock.now())
        message = await self.pipeline.ask(event)
        if message is None:
            return ""
        self.drawn = isinstance(message, Drawing)
        return plain_text(message)


def is_to(sent: Outgoing, user: str) -> bool:
    return sent.target.address == user


def code_in(text: str) -> str:
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", text)
    assert found, text
    return found[0]


@pytest.fixture
async def town(store: Store) -> Town:
    place = Town(store)
    await place.open(1000)
    return place


async def kept_words(store: Store) -> str:
    """Everything that is stored of events, answers and messages."""
    parts = []
    for query in (
        "SELECT event || coalesce(answer, '') AS words FROM inbox",
        "SELECT message AS words FROM outbox",
        "SELECT note AS words FROM redemption_step",
        "SELECT detail AS words FROM interaction",
    ):
        parts += [str(row["words"]) for row in await store.read(query)]
    return "\n".join(parts)


async def test_the_shop_is_a_list_with_prices_stock_and_notes(town: Town) -> None:
    text = await town.say("商城")
    assert "1. 面霜小样  800 分，还剩 2 份\n   5 g" in text
    assert "2. 正装面霜  6000 分，还剩 1 份，大锦鲤起可换" in text
    assert "3. 头衔  300 分" in text
    assert "4. 5 元券  400 分，还剩 3 份" in text
    assert "1000 分" in text


async def test_the_shop_is_a_picture_as_well(town: Town) -> None:
    await town.say("商城")
    assert town.drawn


async def test_a_parcel_from_the_wish_to_the_tracking_number(town: Town) -> None:
    held = await town.say("兑换 1")
    assert "200 分" in held
    assert "收件人 手机 详细地址" in (await town.notes_to("xiaolu"))[0]
    taken = await town.tell(ADDRESS, after=MINUTE)
    assert "面霜小样" in taken
    assert "1 号 面霜小样" in (await town.notes_to("ayun"))[0]
    assert "1 号 面霜小样" in await town.tell("待发货", "ayun")
    done = await town.tell("发货 1 SF1234567890", "ayun", after=HOUR)
    assert "SF1234567890" in done
    assert "SF1234567890" in (await town.notes_to("xiaolu"))[-1]
    assert "在路上" in await town.tell("我的兑换")
    assert_stored_books_are_right(town.store)


async def test_an_address_is_in_its_own_table_and_nowhere_else(town: Town) -> None:
    await town.say("兑换 1")
    await town.tell(ADDRESS, after=MINUTE)
    await town.tell(f"地址 {ADDRESS}", after=2 * MINUTE)
    assert await read_value(town.store, "SELECT address FROM redemption_address") == ADDRESS
    assert "13912345678" not in await kept_words(town.store)


async def test_an_address_that_comes_twice_is_no_conflict_and_confirms_once(town: Town) -> None:
    await town.say("兑换 1")
    event = make_event(ADDRESS, place=Place.PRIVATE)
    await town.pipeline.bring(event)
    again = await town.pipeline.worker.receive(event)
    assert (again.fresh, again.done, again.conflict) == (False, True, False)
    steps = "SELECT count(*) FROM redemption_step WHERE state = 'confirmed'"
    assert await read_value(town.store, steps) == 1


async def test_an_address_earns_nothing_by_being_said(town: Town) -> None:
    await town.say("兑换 1")
    await town.tell(ADDRESS, after=MINUTE)
    assert await town.balance() == 200


@pytest.mark.parametrize("words", [ADDRESS, f"地址 {ADDRESS}"])
async def test_an_address_in_the_group_is_not_kept_and_its_writer_is_told(
    town: Town, words: str
) -> None:
    await town.say("兑换 1")
    told = await town.say(words, after=MINUTE)
    assert "撤回" in told
    assert await read_value(town.store, "SELECT count(*) FROM redemption_address") == 0
    assert "13912345678" not in await kept_words(town.store)


async def test_half_an_address_is_asked_for_again_and_not_kept(town: Town) -> None:
    await town.say("兑换 1")
    told = await town.tell("地址 13912345678", after=MINUTE)
    assert "三样都要" in told
    assert "13912345678" not in await kept_words(town.store)


async def test_an_address_that_nothing_waits_for_is_not_kept(town: Town) -> None:
    assert "没有等你填地址" in await town.tell(ADDRESS)
    assert "13912345678" not in await kept_words(town.store)


async def test_without_an_address_the_points_come_back_and_the_member_is_told_once(
    town: Town,
) -> None:
    await town.say("兑换 1")
    for minutes in (30, 31):
        await town.job.run(NOW + minutes * MINUTE)
    assert await town.balance() == 1000
    told = [text for text in await town.notes_to("xiaolu") if "退回给你" in text]
    assert len(told) == 1
    assert await town.notes_to("ayun") == []


async def test_a_parcel_that_nobody_sends_is_given_back_and_the_operators_are_told(
    town: Town,
) -> None:
    await town.say("兑换 1")
    await town.tell(ADDRESS, after=MINUTE)
    await town.job.run(NOW + 8 * DAY)
    assert await town.balance() == 1000
    assert "没有按时寄出" in (await town.notes_to("ayun"))[-1]


async def test_a_code_is_shown_in_private_only_and_taken_once(town: Town) -> None:
    told = await town.say("兑换 5元券")
    assert "单独" in told or "单聊" in told
    assert not re.search(r"[2-9A-Z]{4}-", told)
    code = code_in((await town.notes_to("xiaolu"))[0])
    assert code == code_in(await town.tell("我的兑换"))
    assert code not in await town.say("我的兑换")
    taken = await town.tell(f"核销 {code.lower()}", "tangyuan", after=HOUR)
    assert "满 59 元减 5.5 元" in taken
    assert "已经用过" in await town.tell(f"核销 {code}", "ayun", after=2 * HOUR)
    assert "用掉了" in (await town.notes_to("xiaolu"))[-1]
    assert_stored_books_are_right(town.store)


async def test_a_code_that_was_never_given_is_not_taken(town: Town) -> None:
    assert "没有发出过" in await town.tell("核销 2222-3333-4444", "ayun")
    assert "十二位" in await town.tell("核销 你好", "ayun")


async def test_a_code_past_its_last_day_is_not_taken_and_its_end_is_told(town: Town) -> None:
    await town.say("兑换 4")
    code = code_in((await town.notes_to("xiaolu"))[0])
    assert "过期" in await town.tell(f"核销 {code}", "ayun", after=30 * DAY)
    await town.job.run(NOW + 30 * DAY)
    assert "作废" in (await town.notes_to("xiaolu"))[-1]
    assert await town.balance() == 600


async def test_a_title_is_worn_until_its_day(town: Town) -> None:
    assert "课代表" in await town.say("兑换 头衔")
    member = (await town.pipeline.roster.find_by_name(GROUP, "xiaolu"))[0]
    assert await town.redemptions.read_title(member, NOW + DAY) == "课代表"
    assert await town.redemptions.read_title(member, NOW + 30 * DAY) == ""


async def test_who_has_too_few_points_learns_how_many_check_ins_that_is(town: Town) -> None:
    await town.say("兑换 1")
    text = await town.say("兑换 3")
    assert "100" in text
    assert " 10 " in text


async def test_a_limit_says_when_it_works_again(town: Town) -> None:
    await town.say("兑换 4")
    assert "11-26 04:00" in await town.say("兑换 4")


async def test_a_level_says_what_is_missing(town: Town) -> None:
    text = await town.say("兑换 2")
    assert "大锦鲤" in text
    assert "500 分" in text


async def test_out_of_stock_says_when_a_piece_may_come_back(town: Town) -> None:
    for name in ("a", "b"):
        await town.pipeline.join(name, MoveKind.FOUND)
    await Ledger(town.store).transfer(
        Transfer(
            key="more",
            debit=AccountRef.issuance(),
            credit=await town.account(),
            amount=5000,
            reason=Reason.ADJUSTMENT,
            reference="a test",
            actor="tester",
            at=NOW,
        )
    )
    for _ in range(2):
        await town.say("兑换 1")
    assert "12:30" in await town.say("兑换 1")


async def test_a_member_takes_back_what_was_not_sent(town: Town) -> None:
    await town.say("兑换 1")
    assert "800 分" in await town.say("取消兑换 1")
    assert await town.balance() == 1000
    assert "已取消" in await town.say("取消兑换 1", after=MINUTE)
    assert "没有这个编号" in await town.say("取消兑换 99")


async def test_nobody_takes_back_what_is_somebody_elses(town: Town) -> None:
    await town.say("兑换 1")
    assert "没有这个编号" in await town.say("取消兑换 1", "tangyuan")


async def test_the_staff_takes_back_with_a_reason_and_the_member_is_told(town: Town) -> None:
    await town.say("兑换 1")
    await town.tell(ADDRESS, after=MINUTE)
    await town.tell("发货 1 SF1", "ayun", after=HOUR)
    assert "写编号和原因" in await town.tell("退回 1", "ayun")
    await town.tell("退回 1 入库 拍错了", "ayun", after=DAY)
    assert await town.balance() == 1000
    told = (await town.notes_to("xiaolu"))[-1]
    assert "800 分" in told
    assert "拍错了" in told
    assert "还剩 2 份" in await town.say("商城")
    assert_stored_books_are_right(town.store)


@pytest.mark.parametrize("words", ["待发货", "发货 1 SF1", "退回 1 破损", "核销 2222-3333-4444"])
async def test_members_do_not_command_the_desk(town: Town, words: str) -> None:
    await town.say("兑换 1")
    for text in (await town.say(words), await town.tell(words)):
        assert "运营" in text or "群主" in text
    assert await town.balance() == 200


async def test_a_group_owner_takes_codes_but_sends_nothing(town: Town) -> None:
    assert "运营" in await town.say("发货 1 SF1", "tangyuan")
    assert "没有发出过" in await town.say("核销 2222-3333-4444", "tangyuan")


async def test_what_is_not_on_the_list_is_not_sold(town: Town) -> None:
    assert "口红" in await town.say("兑换 口红")
    assert await town.balance() == 1000


async def test_redeeming_without_a_word_shows_the_list(town: Town) -> None:
    assert "1. 面霜小样" in await town.say("兑换")


async def test_a_changed_configuration_changes_the_stock_at_once(town: Town) -> None:
    assert await town.job.next_due(NOW) is None
    more = GOODS.gifts[0].model_copy(update={"stock": 9})
    shop = GOODS.model_copy(update={"gifts": (more, *GOODS.gifts[1:])})
    rules = town.live.current.rewards.model_copy(update={"shop": shop})
    town.live.change(rewards=rules)
    assert await town.job.next_due(NOW) == NOW
    await town.job.run(NOW)
    assert await town.job.next_due(NOW) is None
    assert "还剩 9 份" in await town.say("商城")


async def test_the_job_is_due_when_the_next_hold_ends(town: Town) -> None:
    await town.say("兑换 1")
    assert await town.job.next_due(NOW) == NOW + 30 * MINUTE
