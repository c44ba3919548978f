"""How the simulator is put together: first what the journal is replayed into, then what serves.

Everything that keeps state is a part of the world and has to be there before the journal is
replayed; what reads that state when it is made, as frequencies do, comes after it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.settings.schema.bot import BotFile
from bot.simulator.account.accounts import Accounts
from bot.simulator.account.wire import AccountWire
from bot.simulator.addresses import Addresses
from bot.simulator.api import Api
from bot.simulator.app_talk import AppTalk
from bot.simulator.appchats import AppChats
from bot.simulator.callbacks import Callbacks, Patience
from bot.simulator.cast import Cast, read_cast
from bot.simulator.contact.corner import Contact
from bot.simulator.contact.pictures import PICTURE_PATH
from bot.simulator.contact.records import Records
from bot.simulator.conversations import Conversations, Visits
from bot.simulator.corrections import Corrections
from bot.simulator.drill import Drill
from bot.simulator.faults import FaultPlan
from bot.simulator.feed import Feed
from bot.simulator.herald import Herald
from bot.simulator.journal import Journal
from bot.simulator.mail import Mailroom
from bot.simulator.media import MediaStore
from bot.simulator.media_calls import MediaCalls
from bot.simulator.media_files import MediaFiles
from bot.simulator.menus import Menus
from bot.simulator.model.corner import ModelCorner
from bot.simulator.pay.corner import PayCorner
from bot.simulator.platform import API_BASE, Platform
from bot.simulator.platform_log import PlatformLog
from bot.simulator.private_api import PrivateApi
from bot.simulator.robots import Robots
from bot.simulator.sends import Sends
from bot.simulator.service.services import Services
from bot.simulator.sms import SmsGateways
from bot.simulator.socket_slots import Slots
from bot.simulator.stage import Stage
from bot.simulator.time_machine import TimeMachine
from bot.simulator.wire import AppWire, RobotWire, Wire
from bot.simulator.world import MovableClock, World


class Served(Protocol):
    """A corner with addresses of its own."""

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """Where and for whom is built. ``base`` is our own address, asked once requests are due."""

    settings: BotFile
    cast: Cast
    clock: MovableClock
    directory: Path
    base: Callable[[], str]
    patience: Patience
    dice: random.Random


@dataclass(frozen=True, slots=True)
class Ground:
    """What everything stands on: the world, and how it tells what happens."""

    site: Site
    feed: Feed
    log: PlatformLog
    faults: FaultPlan
    world: World
    wires: dict[str, Wire]
    callbacks: Callbacks
    herald: Herald


@dataclass(frozen=True, slots=True)
class Corners:
    """The parts of the world, replayed: each keeps what is its own."""

    media: MediaStore
    files: MediaFiles
    corrections: Corrections
    menus: Menus
    slots: Slots
    visits: Visits
    records: Records
    accounts: Accounts
    services: Services
    mailroom: Mailroom
    sms: SmsGateways
    pay: PayCorner
    model: ModelCorner


@dataclass(frozen=True, slots=True)
class Building:
    """The whole. ``served`` are asked for their routes in this order."""

    ground: Ground
    corners: Corners
    robots: Robots
    time_machine: TimeMachine
    served: tuple[Served, ...]


def build(site: Site) -> Building:
    """Lay the ground, replay the journal, put up the rest. Raises StoreError for a bad journal."""
    ground = _lay_ground(site)
    corners = _make_corners(ground)
    ground.world.replay()
    corners.pay.notices.begin_here()
    robots = _make_robots(ground, corners)
    time_machine = TimeMachine(ground.world, ground.callbacks, ground.herald, ground.feed)
    served = _serve(ground, corners, robots, time_machine)
    return Building(ground, corners, robots, time_machine, served)


def make_site(
    settings: BotFile,
    clock: MovableClock,
    directory: Path,
    base: Callable[[], str],
    patience: Patience,
    dice: random.Random,
) -> Site:
    """The site for the simulated channels of ``settings``, below ``directory``."""
    home = directory / "simulator"
    return Site(settings, read_cast(settings), clock, home, base, patience, dice)


def _lay_ground(site: Site) -> Ground:
    cast, feed = site.cast, Feed()
    log, faults = PlatformLog(site.clock, feed), FaultPlan(site.settings.simulator.faults)
    world = World(
        site.settings,
        cast=cast,
        clock=site.clock,
        journal=Journal(site.directory / "journal.jsonl"),
        feed=feed,
        dice=site.dice,
    )
    wires: dict[str, Wire] = {key: RobotWire(robot) for key, robot in cast.robots.items()}
    wires |= {key: AppWire(app) for key, app in cast.apps.items()}
    wires |= {key: AccountWire(account) for key, account in cast.accounts.items()}
    callbacks = Callbacks(
        wires,
        clock=site.clock,
        log=log,
        feed=feed,
        dice=site.dice,
        callback_base=site.base,
        patience=site.patience,
        faults=faults,
    )
    herald = Herald(callbacks, clock=site.clock, faults=faults, log=log)
    return Ground(site, feed, log, faults, world, wires, callbacks, herald)


def _make_corners(ground: Ground) -> Corners:
    """All parts of the world, each entered with it."""
    site, world = ground.site, ground.world
    media = MediaStore(world, site.directory / "media", site.base)
    records = Records(world, site.settings, lambda code: f"{site.base()}{PICTURE_PATH}/{code}.png")
    accounts = Accounts(
        world,
        store=media,
        callbacks=ground.callbacks,
        wires=ground.wires,
        herald=ground.herald,
        log=ground.log,
        feed=ground.feed,
        faults=ground.faults,
        is_customer=lambda user_id: bool(records.friends.followers_of(user_id)),
    )
    corners = Corners(
        media=media,
        files=MediaFiles(world, media, site.base),
        corrections=Corrections(world),
        menus=Menus(world),
        slots=Slots(world),
        visits=Visits(world),
        records=records,
        accounts=accounts,
        services=Services(world, store=media, herald=ground.herald, feed=ground.feed),
        mailroom=Mailroom(world, site.cast.mail_servers.values(), log=ground.log, feed=ground.feed),
        sms=SmsGateways(world, site.cast.gateways, log=ground.log, feed=ground.feed),
        pay=_make_pay(ground),
        model=ModelCorner(site.settings.model, clock=site.clock, log=ground.log),
    )
    for part in (
        *(media, corners.files, corners.corrections, corners.menus, corners.slots),
        *(corners.visits, accounts, corners.services, corners.mailroom, corners.sms),
        corners.pay,
    ):
        world.add(part)
    return corners


def _make_pay(ground: Ground) -> PayCorner:
    """The merchant of bot.yaml; without one the corner is there and nobody calls it."""
    site, pay = ground.site, ground.site.settings.pay
    account = None if pay is None else site.settings.channels.get(pay.account)
    return PayCorner(
        app_id=str(getattr(account, "app_id", "")),
        clock=site.clock,
        happen=ground.world.happen,
        new_id=ground.world.new_id,
        base=site.base,
        log=ground.log,
    )


def _make_robots(ground: Ground, corners: Corners) -> Robots:
    base = ground.site.base
    return Robots(
        ground.world,
        slots=corners.slots,
        callbacks=ground.callbacks,
        wires=ground.wires,
        media=corners.media,
        files=corners.files,
        log=ground.log,
        feed=ground.feed,
        patience=ground.site.patience,
        response_url=lambda code: f"{base()}{API_BASE}/cgi-bin/aibot/response?response_code={code}",
    )


def _serve(
    ground: Ground, corners: Corners, robots: Robots, time_machine: TimeMachine
) -> tuple[Served, ...]:
    """Everything with addresses. Accounts come first: the platform answers 404 to all others."""
    world, media = ground.world, corners.media
    conversations = Conversations(world, robots, corners.visits)
    contact = Contact(world, corners.records, herald=ground.herald, media=media, feed=ground.feed)
    app_talk = AppTalk(
        world,
        callbacks=ground.callbacks,
        wires=ground.wires,
        media=media,
        corrections=corners.corrections,
        log=ground.log,
    )
    calls = (
        *(Sends(world, media, corners.corrections), AppChats(world, media)),
        *(MediaCalls(world, media), corners.corrections, corners.menus),
        *(corners.accounts.company_login, corners.services.calls, contact),
    )
    stage = Stage(
        world,
        callbacks=ground.callbacks,
        time_machine=time_machine,
        log=ground.log,
        feed=ground.feed,
        zone=ZoneInfo(ground.site.settings.timezone),
        corners=(robots, corners.accounts, corners.services, contact),
    )
    return (
        corners.accounts,
        Platform(world, ground.log, Addresses(world, media), calls, faults=ground.faults),
        *(corners.services, contact, corners.files, corners.mailroom, corners.sms),
        corners.pay,
        corners.model,
        Drill(ground.faults),
        robots,
        Api(world, conversations, contact.doors, media),
        PrivateApi(
            world, conversations=conversations, apps=app_talk, menus=corners.menus, media=media
        ),
        stage,
    )
