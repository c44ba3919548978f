"""发红包: an owner proposes, sees what it will be and what pays it, and confirms."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import assert_never

from bot.core.ids import MemberId
from bot.core.messages import Button, Card, Outgoing, Text
from bot.core.text import fold
from bot.handlers.packets.claiming import CLAIM_BUTTON
from bot.handlers.packets.form import Form, from_payload, read_form, to_payload
from bot.handlers.packets.wording import Wording, amount
from bot.handlers.speech import answer, voice_in, words
from bot.members.roster import Roster
from bot.persona.voice import Voice
from bot.pipeline.campaigns import Running, campaigns_in, find_campaign
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.proposals import Proposal, Proposals
from bot.pipeline.routing import Route, owner_command
from bot.rewards.days import community_date
from bot.rewards.packets.opening import check_terms
from bot.rewards.packets.packets import (
    Gate,
    GateKind,
    OpenedPacket,
    PacketRefused,
    Packets,
    Purse,
    RefusedBecause,
    Terms,
)
from bot.settings.pages import Pages
from bot.settings.schema.commands import CommandName
from bot.settings.settings import posting_place


@dataclass(frozen=True, slots=True)
class PacketSending:
    """The owner's two steps."""

    voice: Voice
    packets: Packets
    proposals: Proposals
    roster: Roster
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            owner_command(CommandName.PACKET, self.propose),
            owner_command(CommandName.CONFIRM, self.confirm),
            owner_command(CommandName.CANCEL, self.cancel),
        )

    async def propose(self, context: Context) -> Outcome:
        """发红包 100 10 拼手气: checked now, paid after 确认."""
        said = self._wording(context)
        typed = context.invocation.words if context.invocation else ""
        form = read_form(typed, said.label)
        if form is None:
            return answer(self.voice, context, "packet.bad_form")
        terms = await self._terms(context, form)
        if isinstance(terms, Reply):
            return terms
        rules = context.settings.rewards.packets
        terms, pool = await self._choose_purse(context, terms)
        refused = check_terms(terms, rules)
        if refused is None and terms.points > pool:
            refused = PacketRefused(RefusedBecause.POOL_SHORT, {"pool": pool})
        if refused is not None:
            return self._refuse(context, terms, refused)
        await self.proposals.propose(
            event_key=context.event.key,
            member_id=context.member.member_id,
            group_key=context.group_key,
            command=CommandName.PACKET,
            payload=to_payload(terms),
            now=context.now,
            expires_at=context.now + timedelta(minutes=rules.confirm_minutes),
        )
        text = words(
            self.voice,
            context,
            "packet.propose",
            points=amount(terms.points, terms.currency),
            unit=said.unit(terms.currency),
            shares=terms.shares,
            kind=said.label(f"packet.kind_{terms.kind}"),
            purse=said.label(f"packet.purse_{terms.purse}"),
            pool=amount(pool, terms.currency),
            minutes=rules.confirm_minutes,
        )
        return Reply(Text("\n".join([text, *await self._conditions(context, terms)])))

    async def confirm(self, context: Context) -> Outcome:
        """确认: carries out what this owner proposed in this group."""
        proposal = await self._proposal(context)
        if proposal is None:
            return answer(self.voice, context, "confirm.nothing")
        if context.event.at >= proposal.expires_at:
            await self.proposals.decide(proposal, context.event.key, "cancelled")
            return answer(self.voice, context, "confirm.late")
        terms = from_payload(proposal.payload)
        opened = await self.packets.open(
            key=proposal.event_key,
            group_key=context.group_key,
            owner_id=context.member.member_id,
            terms=terms,
            now=context.now,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )
        await self.proposals.decide(proposal, context.event.key, "confirmed")
        if isinstance(opened, PacketRefused):
            return self._refuse(context, terms, opened)
        named = replace(opened, terms=terms)  # a packet does not tell whom it names, its form does
        return Reply(await self._card(context, named), await self._announcement(context, named))

    async def cancel(self, context: Context) -> Outcome:
        """取消: closes what this owner proposed."""
        proposal = await self._proposal(context)
        if proposal is None:
            return answer(self.voice, context, "confirm.nothing")
        await self.proposals.decide(proposal, context.event.key, "cancelled")
        return answer(self.voice, context, "cancel.done")

    async def _terms(self, context: Context, form: Form) -> Terms | Reply:
        """The form's terms with campaign, members and tags found, or what could not be found."""
        if form.terms.purse is Purse.CAMPAIGN:
            typed = form.terms.campaign
            running = find_campaign(_campaigns(context), typed)
            if running is None:
                return answer(self.voice, context, "packet.unknown_campaign", campaign=typed)
            form = replace(form, terms=replace(form.terms, campaign=running.key))
        if form.tag:
            for tag in context.settings.members.tags:
                if fold(form.tag) in (fold(tag.name), tag.key):
                    return replace(form.terms, gate=Gate.tagged(tag.key))
            return answer(self.voice, context, "packet.unknown_tag", tag=form.tag)
        if not form.names:
            return form.terms
        guests: list[MemberId] = []
        for name in form.names:
            found = await self.roster.find_by_name(context.group_key, name)
            if len(found) != 1:
                return answer(self.voice, context, "packet.unknown_guest", name=name)
            guests += found
        return replace(form.terms, gate=Gate.named(tuple(guests)))

    async def _choose_purse(self, context: Context, terms: Terms) -> tuple[Terms, int]:
        """What pays, and what it has: the owner's own pool if that is enough, else the group's."""
        if terms.purse is Purse.GROUP and context.settings.rewards.packets.owner_points_a_day:
            own = replace(terms, purse=Purse.OWNER)
            has = await self._available(context, own)
            if has >= terms.points:
                return own, has
        return terms, await self._available(context, terms)

    async def _available(self, context: Context, terms: Terms) -> int:
        return await self.packets.available(
            terms,
            group_key=context.group_key,
            owner_id=context.member.member_id,
            now=context.now,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )

    async def _proposal(self, context: Context) -> Proposal | None:
        return await self.proposals.read(
            context.member.member_id, context.group_key, context.event.key
        )

    def _wording(self, context: Context) -> Wording:
        return Wording(voice_in(self.voice, context), context.settings, context.scope, context.now)

    def _refuse(self, context: Context, terms: Terms, refused: PacketRefused) -> Reply:
        said, data = self._wording(context), refused.data
        unit = said.unit(terms.currency)

        def shown(key: str) -> str:
            return amount(data[key], terms.currency)

        points = amount(terms.points, terms.currency)
        match refused.reason:
            case RefusedBecause.TOO_BIG | RefusedBecause.TOO_SMALL:
                return answer(
                    self.voice,
                    context,
                    "packet.too_big",
                    most_points=shown("most_points"),
                    most_shares=data["most_shares"],
                    most_drops=data["most_drops"],
                    least_share=shown("least_share"),
                    unit=unit,
                )
            case RefusedBecause.UNEVEN:
                return answer(
                    self.voice,
                    context,
                    "packet.uneven_rain" if terms.drops > 1 else "packet.uneven",
                    points=points,
                    shares=terms.shares,
                    unit=unit,
                    **({"drops": terms.drops} if terms.drops > 1 else {}),
                )
            case RefusedBecause.POOL_SHORT:
                return answer(
                    self.voice,
                    context,
                    "packet.pool_short",
                    purse=said.label(f"packet.purse_{terms.purse}"),
                    pool=shown("pool"),
                    points=points,
                    unit=unit,
                )
            case RefusedBecause.DAY_SPENT:
                slots = {"left": shown("left"), "points": points, "unit": unit}
                return answer(self.voice, context, "packet.day_spent", **slots)
            case RefusedBecause.NO_CASH:
                return answer(self.voice, context, "packet.no_cash")
            case RefusedBecause.BUDGET_SPENT if refused.opens_on is None:
                return answer(self.voice, context, "packet.budget_closed", points=points)
            case RefusedBecause.BUDGET_SPENT:
                return answer(
                    self.voice,
                    context,
                    "packet.budget_spent",
                    left=shown("left"),
                    points=points,
                    at=f"{refused.opens_on:%m-%d} {context.settings.rewards.day_starts_at:%H:%M}",
                )
        assert_never(refused.reason)

    async def _conditions(self, context: Context, terms: Terms) -> list[str]:
        """Who may claim, and from when; nothing for a packet that is for everybody."""
        said, gate = self._wording(context), terms.gate
        lines = []
        match gate.kind:
            case GateKind.ANYBODY:
                pass
            case GateKind.NAMED:
                names = [await self.roster.read_name(guest) for guest in gate.guests]
                listed = said.label("list.comma").join(names)
                lines.append(said.say("packet.gate_named", names=listed))
            case GateKind.TAGGED:
                lines.append(said.say("packet.gate_tagged", tag=said.tag(gate.words)))
            case GateKind.QUIZ:
                lines.append(said.say("packet.gate_quiz", question=gate.words))
            case GateKind.PASSWORD:
                lines.append(said.label("packet.gate_password"))
            case GateKind.CHECKIN:
                lines.append(said.label("packet.gate_checkin"))
            case _:
                assert_never(gate.kind)
        rules = context.settings.rewards.packets
        if terms.membership_hours == 0 and rules.membership_hours:
            lines.append(said.label("packet.newcomers"))
        if terms.drops > 1:
            seconds, every = rules.rain_wait_seconds, rules.rain_every_seconds
            lines.append(said.say("packet.rain", drops=terms.drops, seconds=seconds, every=every))
        return lines

    async def _card(self, context: Context, packet: OpenedPacket) -> Card:
        said, terms = self._wording(context), packet.terms
        text = said.say(
            "packet.card_text",
            points=amount(terms.points, terms.currency),
            unit=said.unit(terms.currency),
            shares=terms.shares,
            kind=said.label(f"packet.kind_{terms.kind}"),
            until=said.local(packet.expires_at),
            proof=packet.proof,
        )
        button = Button(said.label("packet.card_button"), f"{CLAIM_BUTTON}{packet.packet_id}")
        return Card(
            title=said.say("packet.card_title", owner=context.member.name),
            text="\n".join([*await self._conditions(context, terms), text]),
            buttons=(button,),
            task_id=f"packet-{packet.packet_id}",
        )

    async def _announcement(self, context: Context, packet: OpenedPacket) -> tuple[Outgoing, ...]:
        """Where the group does not see the card, it is told where to claim."""
        if not context.settings.is_customer_group(context.group):
            return ()
        said, terms = self._wording(context), packet.terms
        text = said.say(
            "packet.posted",
            owner=context.member.name,
            points=amount(terms.points, terms.currency),
            unit=said.unit(terms.currency),
            shares=terms.shares,
            url=self.pages.url(context.group),
        )
        post = Text("\n".join([text, *await self._conditions(context, terms)]))
        key = f"packet/{packet.packet_id}/posted"
        place = posting_place(context.group)
        return (Outgoing(key, *place, post, expires_at=packet.expires_at),)


def _campaigns(context: Context) -> tuple[Running, ...]:
    """The campaigns that are on in the group, whose budgets may pay."""
    settings = context.settings
    today = community_date(context.event.at, settings.zone, settings.rewards.day_starts_at)
    return campaigns_in(settings, context.group_key, today)
