"""What the bot does, by topic: which words and taps lead where, and what runs by the clock."""

from bot.app.house import House
from bot.app.traffic import Traffic
from bot.handlers.ask import AskHandlers
from bot.handlers.boards import BoardHandlers, BoardJob
from bot.handlers.books import AuditJob, ExpiryJob
from bot.handlers.calling_names import CallingNames
from bot.handlers.campaign_job import CampaignLettersJob
from bot.handlers.campaigns.clock import CampaignJob
from bot.handlers.campaigns.funds import FundHandlers
from bot.handlers.campaigns.perks import PerkHandlers
from bot.handlers.campaigns.seats import SeatHandlers
from bot.handlers.campaigns.showing import CampaignShow
from bot.handlers.checkin import CheckInHandlers
from bot.handlers.choices import ChoiceHandlers
from bot.handlers.earning import EarningHandlers
from bot.handlers.friends import FriendHandlers
from bot.handlers.games import GameHandlers
from bot.handlers.games_job import GamesJob
from bot.handlers.help import HelpHandlers
from bot.handlers.invite import InviteHandlers, ReferralJob
from bot.handlers.learning import LearningHandlers
from bot.handlers.learning_job import LearningJob
from bot.handlers.lottery import LotteryHandlers
from bot.handlers.lottery_job import LotteryJob
from bot.handlers.memory import MemoryHandlers, MemoryJob
from bot.handlers.moments_following import MomentFollowing
from bot.handlers.outlets import OutletHandlers
from bot.handlers.outlets_job import MomentsJob
from bot.handlers.owner import OwnerHandlers
from bot.handlers.packets.claiming import PacketClaims
from bot.handlers.packets.ending import PacketExpiry
from bot.handlers.packets.sending import PacketSending
from bot.handlers.payout import PayoutHandlers
from bot.handlers.payout_news import PayoutJob
from bot.handlers.persona import PersonaHandlers
from bot.handlers.planning import PlanningHandlers
from bot.handlers.points import PointsHandlers
from bot.handlers.profile import ProfileHandlers
from bot.handlers.reports import ReportHandlers, ReportJob
from bot.handlers.shop import ShopHandlers
from bot.handlers.shop_desk import ShopDeskHandlers
from bot.handlers.shop_job import ShopJob
from bot.handlers.sop_job import SopJob
from bot.handlers.submissions.authors import AuthorHandlers
from bot.handlers.submissions.desk import SubmissionDesk
from bot.handlers.submissions.job import SubmissionJob
from bot.handlers.submissions.pictures import PictureTaking
from bot.handlers.submissions.sending import SendingHandlers
from bot.handlers.tasks import TaskHandlers, TaskJob
from bot.handlers.thinking import Thinking
from bot.handlers.tickets.calling import CallHandlers
from bot.handlers.tickets.desk import DeskHandlers
from bot.handlers.tickets.follow_up import TicketJob
from bot.handlers.welcome import MembershipHandlers, WelcomeJob
from bot.persona.model.purge import ModelRecords
from bot.pipeline.routing import Route
from bot.pipeline.takeover import TakeoverJob
from bot.rewards.payout.courier import Courier
from bot.schedules.ticker import Job


def routes_of(house: House) -> tuple[Route, ...]:
    """All routes; the first that fits answers, so the one for all other words comes last."""
    store, voice, roster = house.ground.store, house.voice, house.roster
    payer = None if house.pay is None else house.pay.client
    calls, asks = CallHandlers(voice, house.tickets), _questions(house)
    groups = (
        ChoiceHandlers(voice, house.choices),
        calls,
        DeskHandlers(voice, house.tickets, roster, house.choices, house.ground.metrics),
        CheckInHandlers(voice, house.check_ins, house.statements),
        PointsHandlers(voice, house.statements),
        EarningHandlers(voice, roster, house.levels, house.thanks, house.adjustments),
        PacketSending(voice, house.packets, house.proposals, roster, house.pages),
        PacketClaims(store, voice, house.packets, roster),
        BoardHandlers(voice, house.boards, roster),
        PayoutHandlers(voice, house.payouts, roster, payer, house.claim_links),
        LotteryHandlers(voice, house.lotteries, house.redemptions, house.pages),
        ShopHandlers(voice, house.redemptions, house.statements, house.levels, house.teller),
        ShopDeskHandlers(voice, house.redemptions, house.teller),
        *_campaigns(house),
        InviteHandlers(voice, house.invites, roster, house.ways),
        ProfileHandlers(
            store=store,
            voice=voice,
            statements=house.statements,
            check_ins=house.check_ins,
            invites=house.invites,
            roster=roster,
            choices=house.choices,
            tickets=house.tickets,
            memory=house.memory,
        ),
        *_posts(house),
        TaskHandlers(store, voice),
        MembershipHandlers(roster, house.invites),
        FriendHandlers(voice, house.ties),
        GameHandlers(voice, house.games, house.wordbook, roster),
        LearningHandlers(
            store=store,
            voice=voice,
            learning=house.learning,
            learned=house.learned,
            desk=house.answers,
            roster=roster,
            news=house.answer_news,
        ),
        MemoryHandlers(voice, house.memory, house.thinker.forget, house.submissions),
        *_submissions(house),
        PersonaHandlers(voice),
        asks,
    )
    routes = tuple(route for group in groups for route in group.routes())
    first = (*calls.first_routes(), *asks.first_routes())
    return (*first, *HelpHandlers(voice, routes).routes(), *routes)


def _questions(house: House) -> AskHandlers:
    """All words that are no command."""
    return AskHandlers(
        house.voice,
        house.memory,
        house.learning,
        house.learned,
        Thinking(house.voice, house.thinker, house.memory),
        CallingNames(house.ground.store, house.levels),
    )


def _posts(
    house: House,
) -> tuple[OwnerHandlers, PlanningHandlers, OutletHandlers, ReportHandlers]:
    """The schedule, the plan in people's hands, other outlets, and what became of posts."""
    store, voice = house.ground.store, house.voice
    return (
        OwnerHandlers(voice, house.publisher, house.planner, house.roster),
        PlanningHandlers(voice, house.planner, house.renderer, house.roster),
        OutletHandlers(store, voice, house.submissions),
        ReportHandlers(store, voice),
    )


def _submissions(house: House) -> tuple[SendingHandlers, AuthorHandlers, SubmissionDesk]:
    """晒单 and 投稿: sending in, the author's word, the reviewers' desk."""
    voice, submissions = house.voice, house.submissions
    return (
        SendingHandlers(
            voice, submissions, PictureTaking(submissions, house.ground.channels.media)
        ),
        AuthorHandlers(voice, submissions),
        SubmissionDesk(voice, submissions, house.reviews, house.roster),
    )


def _campaigns(
    house: House,
) -> tuple[CampaignShow, SeatHandlers, PerkHandlers, FundHandlers]:
    """What members and staff do about campaigns."""
    return (
        CampaignShow(house.voice, house.signups, house.perks),
        SeatHandlers(house.voice, house.signups, house.roster),
        PerkHandlers(house.voice, house.perks),
        FundHandlers(house.voice, house.funds),
    )


def payout_job(house: House) -> PayoutJob:
    """The job that carries payouts; notices wake it."""
    ground = house.ground
    courier = None if house.pay is None else Courier(house.payouts, house.pay.client, ground.clock)
    return PayoutJob(
        store=ground.store,
        payouts=house.payouts,
        courier=courier,
        links=house.claim_links,
        roster=house.roster,
        voice=house.voice,
        live=ground.live,
        metrics=ground.metrics,
    )


def jobs_of(house: House, traffic: Traffic, payouts: PayoutJob) -> tuple[Job, ...]:
    """What runs by the clock, in this order: first who is there, then what hangs on it."""
    ground = house.ground
    store, live, voice, roster = ground.store, ground.live, house.voice, house.roster
    return (
        TakeoverJob(traffic.worker),
        traffic.looks.roster_sync,
        traffic.looks.contact_sync,
        traffic.looks.tag_sync,
        traffic.looks.pulling,
        TicketJob(house.tickets, roster, house.choices, voice, live),
        PacketExpiry(store, house.packets, roster, voice, live),
        CampaignJob(store, house.funds, house.signups, roster, voice, live),
        LotteryJob(store, house.lotteries, house.promises, roster, voice, house.pages, live),
        ShopJob(store, house.redemptions, house.teller, live),
        ReferralJob(house.invites, roster, voice, live),
        ExpiryJob(store, house.expiry, house.letters, voice, live),
        BoardJob(store, house.boards, roster, voice, live),
        WelcomeJob(roster, house.choices, voice, live),
        GamesJob(store, house.games, house.wordbook, roster, voice, live),
        CampaignLettersJob(store, voice, live),
        house.publisher,
        SopJob(house.sop, voice, live),
        TaskJob(store, ground.channels.tasks, roster, voice, live),
        MomentsJob(
            store=store,
            book=house.moments,
            following=MomentFollowing(house.moments, ground.channels.moments, voice),
            adopted=house.submissions,
            voice=voice,
            live=live,
        ),
        payouts,
        ModelRecords(house.thinker, live),
        MemoryJob(house.memory),
        SubmissionJob(house.submissions, roster, voice, live),
        LearningJob(
            store=store,
            learning=house.learning,
            roster=roster,
            choices=house.choices,
            voice=voice,
            live=live,
        ),
        ReportJob(store, house.post_letters, house.links, voice, live),
        AuditJob(store, house.nightly_audit, house.letters, voice, live, ground.metrics),
    )
