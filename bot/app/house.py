"""What every object of one process is built from, and the objects that features share."""

import random
from dataclasses import dataclass
from pathlib import Path

from bot.campaigns.funds import Funds
from bot.campaigns.perk_desk import Perks
from bot.campaigns.signups import Signups
from bot.channels.build import Channels
from bot.channels.chat_model import open_model
from bot.channels.pay_build import OpenPay, PayStage, open_pay
from bot.core.clock import Clock
from bot.core.metrics import Metrics
from bot.core.randomness import quick
from bot.games.games import Games
from bot.games.wordbook import Wordbook
from bot.growth.invites import Invites
from bot.growth.links import Links
from bot.growth.ways import Ways
from bot.handlers.adoption import Desk
from bot.handlers.learning_news import AnswerNews
from bot.handlers.letters import Letters
from bot.handlers.purchases import Teller
from bot.handlers.submissions.reviewing import ReviewDesk
from bot.members.choices import Choices
from bot.members.memory.memory import Memory
from bot.members.roster import Roster
from bot.members.submissions.files import PictureFiles
from bot.members.submissions.submissions import Submissions
from bot.members.tickets.tickets import Tickets
from bot.members.ties import Ties
from bot.outlets.lane import MomentBook
from bot.persona.door import Door
from bot.persona.learning.learned import Learned
from bot.persona.learning.learning import Learning
from bot.persona.model.thinker import Thinker
from bot.persona.screening import refusal_by
from bot.persona.voice import Voice
from bot.pipeline.proposals import Proposals
from bot.reports.letters import PostLetters
from bot.rewards.adjustments import Adjustments
from bot.rewards.audit.nightly import NightlyAudit
from bot.rewards.boards.boards import Boards
from bot.rewards.checkin.checkins import CheckIns
from bot.rewards.ledger.expiry import Expiry
from bot.rewards.ledger.statement import Statements
from bot.rewards.levels import Levels
from bot.rewards.lottery.lotteries import Lotteries
from bot.rewards.lottery.promises import Promises
from bot.rewards.packets.packets import Packets
from bot.rewards.payout.claims import NOTICE_PATH, ClaimLinks
from bot.rewards.payout.payouts import Payouts
from bot.rewards.redemption.redemptions import Redemptions
from bot.rewards.thanks import PeerThanks
from bot.schedules.edits import Edits
from bot.schedules.planner import Planner
from bot.schedules.publisher import Publisher
from bot.schedules.rendering import Renderer
from bot.schedules.sop.sop import Sop
from bot.settings.pages import Pages
from bot.settings.reload import LiveSettings
from bot.store.db import Store


@dataclass(frozen=True, slots=True)
class Ground:
    """What is there before anything of ours: settings, database, platforms, time and chance."""

    live: LiveSettings
    store: Store
    channels: Channels
    clock: Clock
    rng: random.Random
    metrics: Metrics
    address: str
    """Where this process is reached from this machine."""

    media: Path
    """Where pictures of members are kept."""

    pay_stage: PayStage | None
    """The rehearsed payment service, in rehearsals."""

    model_stage: str
    """Where the simulator plays the language model, in rehearsals."""


class House:
    """The objects that features share, one of each in a process."""

    def __init__(self, ground: Ground) -> None:
        store, live, rng = ground.store, ground.live, ground.rng
        self.ground = ground
        self.voice = Voice(live, quick(rng))
        self.door = Door(lambda text, who: refusal_by(text, live.current, who), ground.metrics)
        self.pages = Pages(live, ground.address)
        self.roster = Roster(store)
        self.choices = Choices(store)
        self.tickets = Tickets(store)
        self.memory = Memory(store)
        self.submissions = Submissions(store, live, ground.clock, PictureFiles(ground.media))
        self.reviews = ReviewDesk(store, rng)
        self.learning = Learning(store)
        self.learned = Learned(store)
        self.answers = Desk(store, rng)
        self.answer_news = AnswerNews(self.voice, self.learning, self.roster, self.choices)
        self.letters = Letters(self.roster, self.choices, live)
        self.ties = Ties(store)
        self.moments = MomentBook(store)
        self.invites = Invites(store, rng)
        self.ways = Ways(store, ground.channels.contacts)
        self.links = Links(store)
        self.post_letters = PostLetters(store)
        self.statements = Statements(store)
        self.expiry = Expiry(store)
        self.nightly_audit = NightlyAudit(store)
        self.check_ins = CheckIns(store)
        self.levels = Levels(store)
        self.thanks = PeerThanks(store)
        self.adjustments = Adjustments(store)
        self.packets = Packets(store, rng)
        self.lotteries = Lotteries(store, rng)
        self.promises = Promises(self.lotteries, ground.clock)
        self.redemptions = Redemptions(store, rng)
        self.teller = Teller(self.voice, self.roster)
        self.boards = Boards(store)
        self.signups = Signups(store)
        self.perks = Perks(store)
        self.funds = Funds(store)
        self.games = Games(store, rng)
        self.wordbook = Wordbook()
        self.payouts = Payouts(store, rng)
        self.pay = _open_pay(ground)
        self.claim_links = (
            None if self.pay is None else ClaimLinks(self.pay.address, self.pay.secret)
        )
        self.thinker = _open_thinker(ground, self.roster)
        self.proposals = Proposals(store)
        self.renderer = Renderer(self.voice, self.pages)
        self.publisher = Publisher(store, self.renderer, live, self.submissions)
        self.planner = Planner(self.publisher, Edits(store))
        self.sop = Sop(store)

    async def open(self) -> None:
        """Remember what was said last, appoint whom bot.yaml names, keep what was promised.

        Raises ConfigurationRefused when the configuration takes back what was published.
        """
        await self.voice.recall(self.ground.store)
        await self.roster.appoint(self.ground.live.current, self.ground.clock.now())
        await self.promises.guard(self.ground.live)


def _open_pay(ground: Ground) -> OpenPay | None:
    """The payment service, if bot.yaml has a merchant."""
    return open_pay(
        ground.live.current,
        session=ground.channels.session,
        clock=ground.clock,
        own_address=ground.address,
        notice_path=NOTICE_PATH,
        stage=ground.pay_stage,
    )


def _open_thinker(ground: Ground, roster: Roster) -> Thinker:
    """Who asks the language model of bot.yaml, if there is one."""
    section, session = ground.live.current.bot.model, ground.channels.session
    return Thinker(
        ground.store,
        model=open_model(section, session=session, stage=ground.model_stage),
        live=ground.live,
        clock=ground.clock,
        rng=ground.rng,
        roster=roster,
    )
