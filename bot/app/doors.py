"""What is served over HTTP: callbacks, members' pages, notices of payments."""

from bot.app.house import House
from bot.app.traffic import Traffic
from bot.handlers.payout_news import PayoutJob
from bot.web.callbacks import Callbacks
from bot.web.pages.links import LinkPages
from bot.web.pages.lottery import LotteryPages
from bot.web.pages.member_pages import MemberPages
from bot.web.pages.payout import PayoutPages
from bot.web.server import Route


def doors_of(house: House, traffic: Traffic, payouts: PayoutJob) -> list[Route]:
    """All routes but the status' and the simulator's."""
    ground = house.ground
    callbacks = Callbacks(
        codecs=ground.channels.codecs,
        reception=traffic.reception,
        clock=ground.clock,
        metrics=ground.metrics,
    )
    pages = MemberPages(
        ground.live, house.pages, ground.channels.logins, traffic.reception, ground.clock
    )
    lotteries = LotteryPages(ground.live, house.lotteries, house.roster)
    links = LinkPages(ground.live, house.pages, house.links, ground.clock)
    return [
        *callbacks.routes(),
        *lotteries.routes(),
        *links.routes(),
        *_payments(house, payouts),
        *pages.routes(),
    ]


def _payments(house: House, payouts: PayoutJob) -> list[Route]:
    """Claim pages and the door for notices, if bot.yaml has a merchant."""
    if house.pay is None or house.claim_links is None:
        return []
    return PayoutPages(
        payouts=house.payouts,
        links=house.claim_links,
        notices=house.pay.client,
        confirmation=house.pay.confirmation,
        clock=house.ground.clock,
        doubted=payouts.doubt,
        bridge=house.pay.bridge,
    ).routes()
