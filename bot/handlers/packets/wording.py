"""What is said about red packets, wherever it is said. The smallest share is never named."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.core.money import Currency
from bot.persona.voice import Voice
from bot.rewards.days import community_date
from bot.rewards.packets.packet import (
    AlreadyClaimed,
    Blocked,
    CampaignFull,
    CheckInFirst,
    Claimed,
    ClaimResult,
    DayFull,
    Empty,
    NoSuchPacket,
    NotInvited,
    NotMember,
    NotYet,
    Over,
    PacketView,
    Paused,
    TooNew,
    WordMissing,
    WrongWord,
)
from bot.rewards.packets.packets import Progress
from bot.rewards.packets.split import joint_proof
from bot.rewards.payout.payout import in_yuan
from bot.settings.settings import Settings

MOST_OPENED = 100
"""A packet with more shares than this is opened by ``python -m bot verify``, not in a message."""

Said = tuple[str, dict[str, object]]
"""A template with its slots."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Words for one conversation at one moment. ``scope`` is the conversation's."""

    voice: Voice
    settings: Settings
    scope: str
    now: datetime

    def say(self, template: str, **slots: object) -> str:
        """The text of a template."""
        return self.voice.say(template, scope=self.scope, **slots)

    def label(self, template: str) -> str:
        """The text of a template without slots."""
        return self.voice.say(template, scope=self.scope)

    def unit(self, currency: Currency) -> str:
        """What amounts are counted in: points, or yuan for cash."""
        return self.label("packet.unit_fen" if currency is Currency.FEN else "packet.unit_points")

    def local(self, instant: datetime) -> str:
        """A moment on the community's clock; with the seconds when it is near."""
        local = instant.astimezone(self.settings.zone)
        if abs(instant - self.now) < timedelta(hours=1):
            return local.strftime("%H:%M:%S")
        same_day = local.date() == self.now.astimezone(self.settings.zone).date()
        return local.strftime("%H:%M" if same_day else "%m-%d %H:%M")

    def claimed(self, result: ClaimResult, currency: Currency) -> Said:
        """The template that answers a claim, with its slots."""
        unit = self.unit(currency)
        match result:
            case Claimed():
                return "packet.claimed", {
                    "points": amount(result.amount, currency),
                    "left": result.left_shares,
                    "balance": amount(result.balance, currency),
                    "unit": unit,
                }
            case AlreadyClaimed():
                return "packet.again", {"points": amount(result.amount, currency), "unit": unit}
            case Empty():
                return "packet.empty", {}
            case Over():
                return "packet.over", {}
            case NoSuchPacket():
                return "packet.none_open", {}
            case NotMember():
                return "packet.gone", {}
            case Blocked():
                return "packet.blocked", {}
            case NotYet() | TooNew() | Paused() | DayFull():
                return self._later(result)
            case _:
                return self._missing(result)

    def _later(self, result: NotYet | TooNew | Paused | DayFull) -> Said:
        """What will work, and when."""
        match result:
            case NotYet():
                seconds = -((self.now - result.opens_at) // timedelta(seconds=1))
                return "packet.not_yet", {"seconds": seconds, "at": self.local(result.opens_at)}
            case TooNew():
                return "packet.too_new", {"hours": result.hours, "at": self.local(result.until)}
            case Paused():
                return "packet.paused", {"at": self.local(result.until)}
            case DayFull():
                at = self.local(self._next_day())
                return "packet.day_full", {"limit": result.limit, "at": at}
        assert_never(result)

    def _missing(
        self, result: NotInvited | CheckInFirst | WordMissing | WrongWord | CampaignFull
    ) -> Said:
        """What it would take."""
        match result:
            case NotInvited(tag=""):
                return "packet.not_invited", {}
            case NotInvited():
                return "packet.not_tagged", {"tag": self.tag(result.tag)}
            case CheckInFirst():
                return "packet.check_in_first", {}
            case WordMissing(question=""):
                return "packet.word_missing", {}
            case WordMissing():
                return "packet.question", {"question": result.question}
            case WrongWord():
                return "packet.wrong_word", {"left": result.left}
            case CampaignFull():
                return "packet.campaign_full", {"limit": result.limit}
        assert_never(result)

    def _next_day(self) -> datetime:
        """When the community's next day begins."""
        zone, turns = self.settings.zone, self.settings.rewards.day_starts_at
        today = community_date(self.now, zone, turns)
        return datetime.combine(today + timedelta(days=1), turns, tzinfo=zone)

    def tag(self, key: str) -> str:
        """What a tag is called."""
        names = {tag.key: tag.name for tag in self.settings.members.tags}
        return names.get(key, key)

    def opened(self, drops: tuple[PacketView, ...]) -> str:
        """Shares and salts of what has ended, for whoever wants to check the proof."""
        if sum(len(drop.amounts) for drop in drops) > MOST_OPENED:
            return self.say("packet.opened_many", number=drops[0].rain_id or drops[0].packet_id)
        lines = [
            self.say(
                "packet.opened_shares",
                amounts=",".join(map(str, drop.amounts)),
                salt=drop.salt,
                proof=drop.proof,
            )
            for drop in drops
        ]
        if len(drops) > 1:
            proof = joint_proof([drop.proof for drop in drops])
            lines.append(self.say("packet.opened_rain", proof=proof))
        return "\n".join(lines)

    def progress(self, progress: Progress, names: list[str]) -> str:
        """How far a packet is; once it has ended, its shares as well."""
        currency = progress.drops[0].terms.currency
        left = progress.shares - progress.claimed_shares
        line = self.say(
            "packet.progress_ended" if progress.ended else "packet.progress",
            claimed=progress.claimed_shares,
            shares=progress.shares,
            left=left,
            points=amount(progress.claimed_points, currency),
            total=amount(progress.points, currency),
            unit=self.unit(currency),
            at=self.local(progress.drops[-1].ended_at or progress.drops[0].expires_at),
        )
        lines = [line]
        if names:
            lines.append(self.say("packet.takers", names=self.label("list.comma").join(names)))
        if progress.ended:
            lines.append(self.opened(progress.drops))
        return "\n".join(lines)


def amount(number: int, currency: Currency) -> str:
    """An amount in its unit: points as they are, fen as yuan."""
    if currency is Currency.FEN:
        return in_yuan(number)
    return str(number)
