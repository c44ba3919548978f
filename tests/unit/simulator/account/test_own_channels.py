"""Simulator and channels meet: each side wrote down the platform's rules for itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from bot.channels.api import account_api, wecom_api
from bot.channels.customer_service import CustomerService
from bot.channels.media import MediaShelf
from bot.channels.mini_program import MiniProgram
from bot.channels.oauth import AccountLogin, AppLogin
from bot.channels.official_account import OfficialAccount
from bot.channels.wecom_app import WecomApp
from bot.core.errors import CodeUsedUp
from bot.core.events import Event, EventKind, Hint
from bot.core.ids import ChannelKey
from bot.core.messages import (
    HandOver,
    Link,
    MenuItem,
    Message,
    Notice,
    Outgoing,
    Target,
    TargetKind,
    Text,
)
from bot.core.ports import Codec, Login, Outcome, Sender
from bot.settings.schema.channels import NoticeTemplate
from tests.unit.simulator.account.town import (
    AES_KEY,
    APP_ID,
    KF,
    LAN,
    ORIGINAL_ID,
    PROGRAM_ID,
    PROGRAM_SECRET,
    PROGRAM_TEMPLATE,
    SECRET,
    TEMPLATE,
    TOKEN,
    YUE,
    Town,
    TownBot,
    in_town,
    open_id,
)
from tests.unit.simulator.stub_bot import AGENT_ID, APP_KEY, APP_TOKEN, CORP_ID
from tests.unit.simulator.stub_bot import SECRET as APP_SECRET

ACCOUNT, APP, SERVICE = ChannelKey("account"), ChannelKey("app"), ChannelKey("service")


class ProductBot(TownBot):
    """Hears and answers with the product's own codecs; ``message`` is the answer."""

    def __init__(self, mode: str) -> None:
        super().__init__(mode)
        self.codecs: dict[str, Codec] = {}
        self.heard: list[Event] = []
        self.hints: list[Hint] = []
        self.message: Message | None = None

    town: Town

    async def hinted(self, count: int) -> list[Hint]:
        """The first ``count`` hints, once they have arrived."""
        while len(self.hints) < count:
            self._news.clear()
            await self._news.wait()
        return self.hints[:count]

    async def _check(self, request: web.Request) -> web.Response:
        codec = self.codecs.get(request.match_info["key"])
        if codec is None:
            return await super()._check(request)
        return web.Response(text=codec.check_address(request.query))

    async def _read(self, request: web.Request) -> web.Response:
        codec, at = self.codecs[request.match_info["key"]], self.town.stage.clock.now()
        receipt = codec.read(request.query, await request.read(), at)
        self.heard += receipt.events
        self.hints += receipt.hints
        if self.message is None or not receipt.answerable:
            return web.Response()
        answer = codec.write_answer(receipt, self.message, at)
        return web.Response(body=answer.body, content_type=answer.content_type)


@dataclass
class Product:
    """The product's channels on the simulated platform."""

    town: Town
    bot: ProductBot
    account: OfficialAccount
    program: MiniProgram
    service: CustomerService
    logins: dict[str, Login]

    async def send(self, sender: Sender, address: str, message: Message, key: str = "k") -> Outcome:
        target = Target(TargetKind.PERSON, address)
        return (await sender.send(Outgoing(key, sender.key, target, message))).outcome


@asynccontextmanager
async def product_in_town(directory: Path, mode: str = "aes") -> AsyncIterator[Product]:
    bot = ProductBot(mode)
    async with (
        in_town(directory, bot=bot, followers=()) as town,
        aiohttp.ClientSession() as session,
    ):
        bot.town, clock = town, town.stage.clock
        make_url, simulator = town.stage.client.make_url, town.stage.simulator
        wecom, weixin = str(make_url(simulator.api_base)), str(make_url(simulator.account_base))
        app_api = wecom_api(session, wecom, CORP_ID, APP_SECRET, clock)
        shelf = MediaShelf(directory / "files", clock)
        templates = {
            "notice": NoticeTemplate(id=TEMPLATE, fields={"thing1": "title", "thing2": "text"})
        }
        account = OfficialAccount(
            key=ACCOUNT,
            app_id=APP_ID,
            original_id=ORIGINAL_ID,
            token=TOKEN,
            encoding_aes_key=AES_KEY,
            mode=mode,  # type: ignore[arg-type]
            templates=templates,
            api=account_api(session, weixin, APP_ID, SECRET, clock),
            clock=clock,
            shelf=shelf,
            code_address=weixin,
        )
        program = MiniProgram(
            key=ChannelKey("program"),
            templates={"notice": NoticeTemplate(id=PROGRAM_TEMPLATE, fields={"thing1": "title"})},
            api=account_api(session, weixin, PROGRAM_ID, PROGRAM_SECRET, clock),
        )
        app = WecomApp(
            key=APP,
            corp_id=CORP_ID,
            agent_id=AGENT_ID,
            token=APP_TOKEN,
            encoding_aes_key=APP_KEY,
            api=app_api,
            clock=clock,
            shelf=shelf,
            contact=None,
            services={KF: SERVICE},
        )
        service = CustomerService(
            key=SERVICE, open_kfid=KF, servicers=("ayun",), api=app_api, shelf=shelf
        )
        bot.codecs = {"account": account, "app": app}
        logins: dict[str, Login] = {
            "account": AccountLogin(
                app_id=APP_ID,
                secret=SECRET,
                api_base=weixin,
                session=session,
                authorize_base=weixin,
            ),
            "app": AppLogin(corp_id=CORP_ID, agent_id=AGENT_ID, api=app_api, authorize_base=wecom),
        }
        try:
            yield Product(town, bot, account, program, service, logins)
        finally:
            for sender in (account, program, app):
                await sender.close()


@pytest.mark.parametrize("mode", ["plain", "compatible", "aes"])
async def test_our_account_hears_in_every_mode_and_its_words_are_shown(
    tmp_path: Path, mode: str
) -> None:
    async with product_in_town(tmp_path, mode) as product:
        town, bot = product.town, product.bot
        await town.post(
            "qrcode/create",
            {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "ref-7"}}},
        )
        await town.post(
            "menu/create", {"button": [{"type": "click", "name": "签到", "key": "checkin"}]}
        )
        bot.message = Text("收到")
        scan = {"customer": YUE, "code": "ref-7"}
        for _ in range(2):
            answer = await town.stage.post("accounts/account/scans", scan)
            assert answer["delivery"] == "answered"
        await town.stage.post("accounts/account/clicks", {"customer": YUE, "button": "签到"})
        await town.say("积分")
        bot.message = HandOver("找人")
        await town.say("人工")
        await town.stage.client.delete("/sim/api/accounts/account/followers/月月")
        assert [(event.kind, event.source, event.text) for event in bot.heard] == [
            (EventKind.BEFRIENDED, "ref-7", ""),
            (EventKind.SCANNED, "ref-7", ""),
            (EventKind.CHOSE, "", "checkin"),
            (EventKind.TEXT, "", "积分"),
            (EventKind.TEXT, "", "人工"),
            (EventKind.UNFRIENDED, "", ""),
        ]
        assert {event.user_id for event in bot.heard} == {open_id()}
        words = ["收到"] * 3 + ["积分", "收到", "人工", "已转接人工客服"]
        assert await town.words() == words


async def test_our_account_answers_with_a_link_and_writes_later(tmp_path: Path) -> None:
    async with product_in_town(tmp_path) as product:
        town, account = product.town, product.account
        await town.follow()
        product.bot.message = Link("秋日护肤", "五步", "https://a.example.com")
        assert await town.say() == "answered"
        assert await product.send(account, open_id(), Text("还有一句")) is Outcome.SENT
        assert await product.send(account, open_id(LAN), Text("你好")) is not Outcome.SENT
        town.stage.clock.advance(timedelta(hours=48))
        late = await product.send(account, open_id(), Text("来晚了"))
        assert late in {Outcome.RETRY, Outcome.DEAD}
        assert (await town.words())[-1] == "还有一句"


async def test_our_accounts_notice_goes_by_its_template_once(tmp_path: Path) -> None:
    async with product_in_town(tmp_path) as product:
        await product.town.follow()
        notice = Notice("notice", (("title", "签到提醒"),), "今天还没签到")
        for _ in range(2):
            assert await product.send(product.account, open_id(), notice) is Outcome.SENT
        assert await product.town.words() == ["thing1：签到提醒\nthing2：今天还没签到"]


async def test_our_account_sets_up_tags_menu_and_codes(tmp_path: Path) -> None:
    async with product_in_town(tmp_path) as product:
        town, account = product.town, product.account
        await town.follow()
        await town.follow(LAN)
        tag_id = await account.create_tag("老友")
        pages = [page async for page in account.followers()]
        assert pages == [(open_id(YUE), open_id(LAN))]
        await account.tag(tag_id, pages[0])
        await account.untag(tag_id, pages[0][1:])
        assert (await account.read_tags())["老友"] == tag_id
        items = (MenuItem("签到"), MenuItem("更多", items=(MenuItem("商城", url="https://a"),)))
        await account.create_menu(items, {"签到": "checkin"})
        way = await account.make_code("ref-7", 60)
        answer = await town.stage.get("accounts")
        follower, other = answer["accounts"][0]["followers"]
        assert (follower["tags"], other["tags"]) == ([tag_id], [])
        assert [button["name"] for button in follower["menu"]] == ["签到", "更多"]
        parts = urlsplit(way.picture_url)
        picture = await town.stage.client.get(f"{parts.path}?{parts.query}")
        assert "ref-7" in await picture.text()


async def test_our_mini_program_sends_what_was_agreed_to(tmp_path: Path) -> None:
    async with product_in_town(tmp_path) as product:
        town, notice = product.town, Notice("notice", (("title", "签到提醒"),), "")
        address = open_id(YUE, PROGRAM_ID)
        body = {"customer": YUE, "template": PROGRAM_TEMPLATE}
        await town.stage.post("accounts/program/consents", body)
        sent = [await product.send(product.program, address, notice) for _ in range(2)]
        assert sent == [Outcome.SENT, Outcome.DEAD]


@pytest.mark.parametrize(
    ("login", "told"), [("account", open_id()), ("app", YUE)], ids=["account", "app"]
)
async def test_our_pages_learn_who_visits(tmp_path: Path, login: str, told: str) -> None:
    async with product_in_town(tmp_path) as product:
        ours = product.logins[login]
        parts = urlsplit(ours.address("https://pond.example.com/page", "s1"))
        gone = await product.town.stage.client.get(
            f"{parts.path}?{parts.query}&sim_user={YUE}", allow_redirects=False
        )
        code = dict(it.split("=") for it in urlsplit(gone.headers["Location"]).query.split("&"))
        assert await ours.visitor(code["code"]) == told
        with pytest.raises(CodeUsedUp):
            await ours.visitor(code["code"])


async def pulled(product: Product, cursor: str = "", ticket: str = "") -> Any:
    return await product.service.pull(cursor, ticket, product.town.stage.clock.now())


async def test_our_customer_service_is_told_reads_answers_and_hands_over(tmp_path: Path) -> None:
    async with product_in_town(tmp_path) as product:
        town, service = product.town, product.service
        await town.stage.post("services/service/sessions", {"customer": YUE})
        page = await pulled(product)
        (opened,) = page.events
        assert (opened.kind, opened.user_id) == (EventKind.OPENED, YUE)
        greeting = Outgoing(
            "w", SERVICE, Target(TargetKind.CALLBACK, opened.reply_to), Text("你好")
        )
        assert (await service.send(greeting)).outcome is Outcome.SENT
        body = {"from": YUE, "text": "积分"}
        await town.stage.post("services/service/messages", body)
        hint = (await product.bot.hinted(2))[-1]
        assert (hint.channel, bool(hint.ticket)) == (SERVICE, True)
        later = await pulled(product, page.cursor, hint.ticket)
        assert [(event.kind, event.text) for event in later.events] == [(EventKind.TEXT, "积分")]
        assert await product.send(service, YUE, Text("128")) is Outcome.SENT
        assert await product.send(service, YUE, HandOver("找人"), "h") is Outcome.SENT
        answer = await town.stage.get("services")
        customer = answer["services"][0]["customers"][0]
        assert (customer["state"], customer["servicer"]) == (3, "ayun")
        assert await product.send(service, YUE, Text("还有"), "m") is not Outcome.SENT
        shown = await town.stage.get("services/service/messages", customer=YUE)
        assert [message["text"] for message in shown["messages"]] == ["你好", "积分", "128"]
