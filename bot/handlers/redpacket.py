"""红包: an owner proposes and confirms, members claim by a tap or a word, what is left returns."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.core.events import EventKind
from bot.core.ids import PacketId
from bot.core.messages import Button, Card, CardUpdate, Message, Outgoing, Text
from bot.core.text import fold, normalise
from bot.handlers.speech import answer, words
from bot.members.roster import Roster
from bot.outbox.enqueue import post
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Nobody, Outcome, Reply
from bot.pipeline.proposals import Proposal, Proposals
from bot.pipeline.routing import Route, member_command, owner_command
from bot.rewards.packets.opening import check_packet
from bot.rewards.packets.packets import (
    AlreadyClaimed,
    Claimed,
    ClaimResult,
    Empty,
    ExpiredPacket,
    Finish,
    NoSuchPacket,
    OpenedPacket,
    Over,
    PacketKind,
    PacketRefused,
    Packets,
    PacketView,
    RefusedBecause,
    TooNew,
)
from bot.settings.pages import Pages
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act
from bot.settings.settings import HasSettings, posting_place
from bot.store.db import Store

CLAIM_BUTTON = "claim:"
"""Start of the key of a packet card's button; the packet's id follows."""

STALE = timedelta(days=1)
"""Claims without a card mean the newest packet, unless it ended longer ago than this."""

_FORM = re.compile(r"(\d{1,7})[^\d\s]{0,2}\s+(\d{1,5})[^\d\s]{0,2}(?:\s+(\S+))?")
"""Points, shares, kind; a unit of up to two characters may follow each number."""


@dataclass(frozen=True, slots=True)
class PacketForm:
    """What an owner asked for: points in all, shares, kind."""

    points: int
    shares: int
    kind: PacketKind


@dataclass(frozen=True, slots=True)
class RedPacketHandlers:
    """The owner's two steps and the members' claims."""

    voice: Voice
    packets: Packets
    proposals: Proposals
    roster: Roster
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """The commands and the button of this topic."""
        return (
            owner_command(CommandName.PACKET, self.propose),
            owner_command(CommandName.CONFIRM, self.confirm),
            owner_command(CommandName.CANCEL, self.cancel),
            member_command(CommandName.CLAIM, self.claim_newest),
            Route(
                "tap",
                self.claim_tapped,
                kind=EventKind.TAPPED,
                button=CLAIM_BUTTON,
                members_only=True,
            ),
        )

    async def propose(self, context: Context) -> Outcome:
        """发红包 100 10 拼手气: checked now, paid after 确认."""
        form = self._read_form(context)
        if form is None:
            return answer(self.voice, context, "packet.bad_form")
        rules = context.settings.rewards.packets
        pool = await self.packets.pool_available(
            context.group_key, now=context.now, rules=context.settings.rewards,
            zone=context.settings.zone,
        )  # fmt: skip
        refused = check_packet(form.kind, form.points, form.shares, rules)
        if refused is None and form.points > pool:
            refused = PacketRefused(RefusedBecause.POOL_SHORT, {"pool": pool})
        if refused is not None:
            return self._refuse(context, form, refused)
        await self.proposals.propose(
            event_key=context.event.key,
            member_id=context.member.member_id,
            group_key=context.group_key,
            command=CommandName.PACKET,
            payload={"points": form.points, "shares": form.shares, "kind": form.kind},
            now=context.now,
            expires_at=context.now + timedelta(minutes=rules.confirm_minutes),
        )
        return answer(
            self.voice,
            context,
            "packet.propose",
            points=form.points,
            shares=form.shares,
            kind=self._kind_word(context, form.kind),
            pool=pool,
            minutes=rules.confirm_minutes,
        )

    async def confirm(self, context: Context) -> Outcome:
        """确认: carries out what this owner proposed in this group."""
        proposal = await self._proposal(context)
        if proposal is None:
            return answer(self.voice, context, "confirm.nothing")
        if context.event.at >= proposal.expires_at:
            await self.proposals.decide(proposal, context.event.key, "cancelled")
            return answer(self.voice, context, "confirm.late")
        form = PacketForm(
            proposal.payload["points"],
            proposal.payload["shares"],
            PacketKind(proposal.payload["kind"]),
        )
        opened = await self.packets.open(
            key=proposal.event_key,
            group_key=context.group_key,
            owner_id=context.member.member_id,
            kind=form.kind,
            points=form.points,
            shares=form.shares,
            now=context.now,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )
        await self.proposals.decide(proposal, context.event.key, "confirmed")
        if isinstance(opened, PacketRefused):
            return self._refuse(context, form, opened)
        return Reply(self._card(context, opened), self._announcement(context, opened))

    def _announcement(self, context: Context, packet: OpenedPacket) -> tuple[Outgoing, ...]:
        """Where the group does not see the card, it is told where to claim."""
        if not context.settings.is_customer_group(context.group):
            return ()
        text = words(
            self.voice,
            context,
            "packet.posted",
            owner=context.member.name,
            points=packet.points,
            shares=packet.shares,
            url=self.pages.url(context.group),
        )
        key = f"packet/{packet.packet_id}/posted"
        place = posting_place(context.group)
        return (Outgoing(key, *place, Text(text), expires_at=packet.expires_at),)

    async def cancel(self, context: Context) -> Outcome:
        """取消: closes what this owner proposed."""
        proposal = await self._proposal(context)
        if proposal is None:
            return answer(self.voice, context, "confirm.nothing")
        await self.proposals.decide(proposal, context.event.key, "cancelled")
        return answer(self.voice, context, "cancel.done")

    async def claim_newest(self, context: Context) -> Outcome:
        """抢: the group's newest packet."""
        packet = await self.packets.read_newest(context.group_key)
        if packet is None or (packet.ended_at and context.now - packet.ended_at > STALE):
            return answer(self.voice, context, "packet.none_open")
        result = await self._claim(context, packet.packet_id)
        template, slots = claim_words(result)
        text = words(self.voice, context, template, **slots)
        return await self._with_finish(context, Text(text), result)

    async def claim_tapped(self, context: Context) -> Outcome:
        """A tap on a packet's card: the card of this person shows what became of it."""
        number = context.event.button.removeprefix(CLAIM_BUTTON)
        known = number.isascii() and number.isdecimal()
        packet = await self.packets.read_packet(PacketId(int(number))) if known else None
        if packet is None or packet.group_key != context.group_key:
            return Nobody("a card of a packet that is not this group's")
        result = await self._claim(context, packet.packet_id)
        template, slots = claim_words(result)
        if isinstance(result, Claimed):
            template = "packet.claimed_card"
        card = Card(
            title=words(self.voice, context, template, **slots),
            text="",
            buttons=(
                Button(words(self.voice, context, "packet.card_button_done"), context.event.button),
            ),
            task_id=context.event.task_id,
        )
        return await self._with_finish(context, CardUpdate(context.event.user_id, card), result)

    async def _claim(self, context: Context, packet_id: PacketId) -> ClaimResult:
        return await self.packets.claim(
            packet_id=packet_id,
            member_id=context.member.member_id,
            key=context.event.key,
            now=context.now,
            joined_at=context.member.joined_at,
            rules=context.settings.rewards,
        )

    async def _with_finish(self, context: Context, message: Message, result: ClaimResult) -> Reply:
        """The claimer's answer; with the last share comes the announcement of the end."""
        if not isinstance(result, Claimed):
            return Reply(message)
        posts: tuple[Outgoing, ...] = ()
        place = context.settings.remark_place(context.group)
        if result.finished is not None and place is not None:
            text = await self._finish_words(context, result.packet_id, result.finished)
            posts = (Outgoing(f"packet/{result.packet_id}/finished", *place, Text(text)),)
        return Reply(message, posts, act=Act.CLAIM, detail=f"packet {result.packet_id}")

    async def _finish_words(self, context: Context, packet_id: PacketId, finish: Finish) -> str:
        packet = await self.packets.read_packet(packet_id)
        if packet is None or packet.kind is PacketKind.FIXED:
            return words(
                self.voice, context, "packet.finished_fixed",
                points=finish.points, shares=finish.shares, seconds=finish.seconds,
            )  # fmt: skip
        finished = words(
            self.voice,
            context,
            "packet.finished",
            points=finish.points,
            shares=finish.shares,
            seconds=finish.seconds,
            best_name=await self.roster.read_name(finish.best_member_id),
            best_points=finish.best_points,
        )
        return f"{finished}\n{open_shares(self.voice, context.scope, packet)}"

    async def _proposal(self, context: Context) -> Proposal | None:
        return await self.proposals.read(
            context.member.member_id, context.group_key, context.event.key
        )

    def _read_form(self, context: Context) -> PacketForm | None:
        """``100 10 拼手气``; without a kind it is lucky."""
        typed = context.invocation.words if context.invocation else ""
        match = _FORM.fullmatch(normalise(typed))
        if match is None:
            return None
        kinds = {fold(self._kind_word(context, kind)): kind for kind in PacketKind}
        kinds |= {str(kind): kind for kind in PacketKind}
        kind = kinds.get(fold(match[3])) if match[3] else PacketKind.LUCKY
        return None if kind is None else PacketForm(int(match[1]), int(match[2]), kind)

    def _kind_word(self, context: Context, kind: PacketKind) -> str:
        return words(self.voice, context, f"packet.kind_{kind}")

    def _refuse(self, context: Context, form: PacketForm, refused: PacketRefused) -> Reply:
        rules = context.settings.rewards.packets
        asked = {"points": form.points, "shares": form.shares}
        match refused.reason:
            case RefusedBecause.TOO_BIG | RefusedBecause.TOO_SMALL:
                return answer(
                    self.voice,
                    context,
                    "packet.too_big",
                    most_points=rules.most_points,
                    most_shares=rules.most_shares,
                    least_share=rules.least_share_points,
                )
            case RefusedBecause.UNEVEN:
                return answer(self.voice, context, "packet.uneven", **asked)
            case RefusedBecause.POOL_SHORT:
                pool = refused.data["pool"]
                return answer(
                    self.voice, context, "packet.pool_short", pool=pool, points=form.points
                )
        assert_never(refused.reason)

    def _card(self, context: Context, packet: OpenedPacket) -> Card:
        hours = (packet.expires_at - packet.created_at) // timedelta(hours=1)
        return Card(
            title=words(self.voice, context, "packet.card_title", owner=context.member.name),
            text=words(
                self.voice,
                context,
                "packet.card_text",
                points=packet.points,
                shares=packet.shares,
                kind=self._kind_word(context, packet.kind),
                hours=hours,
                proof=packet.proof,
            ),
            buttons=(
                Button(
                    words(self.voice, context, "packet.card_button"),
                    f"{CLAIM_BUTTON}{packet.packet_id}",
                ),
            ),
            task_id=f"packet-{packet.packet_id}",
        )


def claim_words(result: ClaimResult) -> tuple[str, dict[str, object]]:
    """The template that answers a claim, with its slots."""
    match result:
        case Claimed():
            return "packet.claimed", {
                "points": result.amount,
                "left": result.left_shares,
                "balance": result.balance,
            }
        case AlreadyClaimed():
            return "packet.again", {"points": result.amount}
        case Empty():
            return "packet.empty", {}
        case Over():
            return "packet.over", {}
        case TooNew():
            return "packet.too_new", {"hours": result.hours}
        case NoSuchPacket():
            return "packet.none_open", {}
    assert_never(result)


def open_shares(voice: Voice, scope: str, packet: PacketView) -> str:
    """The shares and the salt of a packet that has ended, for whoever wants to check its proof."""
    amounts = ",".join(map(str, packet.amounts))
    return voice.say(
        "packet.opened_shares", scope=scope, amounts=amounts, salt=packet.salt, proof=packet.proof
    )


@dataclass(frozen=True, slots=True)
class PacketExpiry:
    """The job that ends packets whose time is over and tells the group what went back."""

    store: Store
    packets: Packets
    voice: Voice
    live: HasSettings
    name: str = "packet expiry"

    async def run(self, now: datetime) -> None:
        """End, refund, announce; after a crash in between the announcement is made up."""
        settings = self.live.current
        for expired in await self.packets.expire(now):
            group = settings.group(expired.group_key)
            place = None if group is None else settings.remark_place(group)
            if place is not None:
                text = await self._words(expired)
                key = f"packet/{expired.packet_id}/expired"
                await post(self.store, [Outgoing(key, *place, Text(text))], now=now)
            await self.packets.mark_announced([expired.packet_id], now)

    async def next_due(self, _now: datetime) -> datetime | None:
        """When the next packet's time is over."""
        return await self.packets.next_expiry()

    async def _words(self, expired: ExpiredPacket) -> str:
        text = self.voice.say(
            "packet.expired",
            scope=f"group/{expired.group_key}",
            left_points=expired.left_points,
            left_shares=expired.left_shares,
        )
        packet = await self.packets.read_packet(expired.packet_id)
        if packet is None or packet.kind is PacketKind.FIXED:
            return text
        return f"{text}\n{open_shares(self.voice, f'group/{expired.group_key}', packet)}"
