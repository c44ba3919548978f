"""抢红包: members claim by a tap or a word, and see how far a packet is."""

from dataclasses import dataclass
from datetime import timedelta

from bot.core.events import EventKind
from bot.core.ids import PacketId
from bot.core.messages import Button, Card, CardUpdate, Message, Outgoing, Text
from bot.handlers.packets.wording import Wording, amount
from bot.handlers.speech import answer, voice_in, words
from bot.members.portrait import read_tags
from bot.members.roster import Roster
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Nobody, Outcome, Reply
from bot.pipeline.routing import Route, member_command
from bot.rewards.packets.packets import (
    Claimed,
    ClaimResult,
    Finish,
    GateKind,
    PacketKind,
    Packets,
    PacketView,
    Presence,
)
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act
from bot.store.db import Store

CLAIM_BUTTON = "claim:"
"""Start of the key of a packet card's button; the packet's id follows."""

STALE = timedelta(days=1)
"""Claims without a card mean the newest packet, unless it ended longer ago than this."""

MOST_NAMES = 20
"""So many of those who have a share are named."""


@dataclass(frozen=True, slots=True)
class PacketClaims:
    """The members' claims."""

    store: Store
    voice: Voice
    packets: Packets
    roster: Roster

    def routes(self) -> tuple[Route, ...]:
        """The commands and the button of this topic."""
        return (
            member_command(CommandName.CLAIM, self.claim_by_word),
            member_command(CommandName.PACKET_PROGRESS, self.progress),
            Route(
                "tap",
                self.claim_by_tap,
                kind=EventKind.TAPPED,
                button=CLAIM_BUTTON,
                members_only=True,
            ),
        )

    async def claim_by_word(self, context: Context) -> Outcome:
        """抢, or 抢 with a password or an answer: what the member can take in this group."""
        word = context.invocation.words if context.invocation else ""
        packet = await self.packets.read_claimable(
            context.group_key, context.member.member_id, now=context.now, word=word
        )
        if packet is None or (packet.ended_at and context.now - packet.ended_at > STALE):
            return answer(self.voice, context, "packet.none_open")
        result = await self._claim(context, packet, word)
        template, slots = self._wording(context).claimed(result, packet.terms.currency)
        text = words(self.voice, context, template, **slots)
        return await self._with_finish(context, Text(text), packet, result)

    async def claim_by_tap(self, context: Context) -> Outcome:
        """A tap on a packet's card: the card of this person shows what became of it."""
        number = context.event.button.removeprefix(CLAIM_BUTTON)
        known = number.isascii() and number.isdecimal()
        packet = await self.packets.read_packet(PacketId(int(number))) if known else None
        if packet is None or packet.group_key != context.group_key:
            return Nobody("a card of a packet that is not this group's")
        if packet.rain_id is not None:
            packet = await self.packets.read_drop(
                packet.rain_id, context.member.member_id, now=context.now
            )
            assert packet is not None, "the first drop of a rain is always there"
        result = await self._claim(context, packet, "")
        template, slots = self._wording(context).claimed(result, packet.terms.currency)
        label = "packet.card_button"
        if isinstance(result, Claimed):
            template = "packet.claimed_card"
            label = "packet.card_button" if packet.rain_id else "packet.card_button_done"
        card = Card(
            title=words(self.voice, context, template, **slots),
            text="",
            buttons=(Button(words(self.voice, context, label), context.event.button),),
            task_id=context.event.task_id,
        )
        update = CardUpdate(context.event.user_id, card)
        return await self._with_finish(context, update, packet, result)

    async def progress(self, context: Context) -> Outcome:
        """红包进度: how far the newest packet is; once it has ended, its shares and their proof."""
        packet = await self.packets.read_newest(context.group_key)
        if packet is None:
            return answer(self.voice, context, "packet.none_open")
        progress = await self.packets.read_progress(packet.packet_id, takers=MOST_NAMES)
        assert progress is not None, "the newest packet was just there"
        names = [await self.roster.read_name(member_id) for member_id in progress.takers]
        return Reply(Text(self._wording(context).progress(progress, names)))

    async def _claim(self, context: Context, packet: PacketView, word: str) -> ClaimResult:
        member = context.member
        tags: frozenset[str] = frozenset()
        if packet.terms.gate.kind is GateKind.TAGGED:
            held = await read_tags(self.store, member.member_id, context.now)
            tags = frozenset(tag.tag for tag in held)
        return await self.packets.claim(
            packet_id=packet.packet_id,
            member_id=member.member_id,
            key=context.event.key,
            now=context.now,
            joined_at=member.joined_at,
            rules=context.settings.rewards,
            zone=context.settings.zone,
            presence=_presence(context),
            tags=tags,
            word=word,
        )

    async def _with_finish(
        self, context: Context, message: Message, packet: PacketView, result: ClaimResult
    ) -> Reply:
        """The claimer's answer; with the last share comes the announcement of the end.

        The drops of a rain are not announced one by one: its end is the job's.
        """
        if not isinstance(result, Claimed):
            return Reply(message)
        posts: tuple[Outgoing, ...] = ()
        place = context.settings.remark_place(context.group)
        if result.finished is not None and place is not None and packet.rain_id is None:
            text = await self._finish_words(context, result.packet_id, result.finished)
            posts = (Outgoing(f"packet/{result.packet_id}/finished", *place, Text(text)),)
        return Reply(message, posts, act=Act.CLAIM, detail=f"packet {result.packet_id}")

    async def _finish_words(self, context: Context, packet_id: PacketId, finish: Finish) -> str:
        packet = await self.packets.read_packet(packet_id)
        assert packet is not None, "a packet that was just claimed is there"
        said, currency = self._wording(context), packet.terms.currency
        slots = {
            "points": amount(finish.points, currency),
            "unit": said.unit(currency),
            "shares": finish.shares,
            "seconds": finish.seconds,
        }
        if packet.terms.kind is PacketKind.FIXED:
            return said.say("packet.finished_fixed", **slots)
        finished = said.say(
            "packet.finished",
            **slots,
            best_name=await self.roster.read_name(finish.best_member_id),
            best_points=amount(finish.best_points, currency),
        )
        return f"{finished}\n{said.opened((packet,))}"

    def _wording(self, context: Context) -> Wording:
        return Wording(voice_in(self.voice, context), context.settings, context.scope, context.now)


def _presence(context: Context) -> Presence:
    if context.member.blocked:
        return Presence.BLOCKED
    return Presence.MEMBER if context.member.in_group else Presence.GONE
