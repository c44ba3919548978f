"""The job that ends packets whose time is over, and tells the groups how they ended."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Outgoing, Text
from bot.handlers.packets.wording import Wording, amount
from bot.members.roster import Roster
from bot.outbox.enqueue import post
from bot.persona.voice import Voice
from bot.rewards.packets.packets import EndedPacket, PacketKind, Packets
from bot.settings.settings import HasSettings
from bot.store.db import Store


@dataclass(frozen=True, slots=True)
class PacketExpiry:
    """Ends, refunds, announces; whoever did not claim is not reproached."""

    store: Store
    packets: Packets
    roster: Roster
    voice: Voice
    live: HasSettings
    name: str = "packet expiry"

    async def run(self, now: datetime) -> None:
        """After a crash between the end and its announcement the announcement is made up."""
        settings = self.live.current
        for ended in await self.packets.expire(now):
            group = settings.group(ended.group_key)
            place = None if group is None else settings.remark_place(group)
            if group is not None and place is not None:
                voice = self.voice.speaking_as(settings.persona_of(group))
                said = Wording(voice, settings, f"group/{ended.group_key}", now)
                text = await self._words(ended, said)
                key = f"packet/{ended.packet_id}/expired"
                await post(self.store, [Outgoing(key, *place, Text(text))], now=now)
            await self.packets.mark_announced([ended.packet_id], now)

    async def next_due(self, _now: datetime) -> datetime | None:
        """When the next packet's time is over."""
        return await self.packets.next_expiry()

    async def _words(self, ended: EndedPacket, said: Wording) -> str:
        currency = ended.terms.currency
        lines = []
        if ended.terms.drops > 1:
            lines.append(await self._rain(ended, said))
        if ended.left_shares:
            lines.append(
                said.say(
                    "packet.expired",
                    left_points=amount(ended.left_points, currency),
                    left_shares=ended.left_shares,
                    unit=said.unit(currency),
                    purse=said.label(f"packet.purse_{ended.terms.purse}"),
                )
            )
        progress = await self.packets.read_progress(ended.packet_id, takers=0)
        if progress is not None and ended.terms.kind is PacketKind.LUCKY:
            lines.append(said.opened(progress.drops))
        return "\n".join(lines)

    async def _rain(self, ended: EndedPacket, said: Wording) -> str:
        """How much of a rain was caught, and whose luck was best."""
        currency = ended.terms.currency
        luck = await self.packets.read_luck(ended.packet_id)
        if luck is None:
            return said.say("packet.rain_dry")
        best_member_id, best_points = luck
        return said.say(
            "packet.rain_over",
            points=amount(ended.terms.points - ended.left_points, currency),
            shares=ended.terms.shares - ended.left_shares,
            unit=said.unit(currency),
            best_name=await self.roster.read_name(best_member_id),
            best_points=amount(best_points, currency),
        )
