"""签到, 积分, 积分明细: what a member has, and where it came from."""

from dataclasses import dataclass

from bot.handlers.speech import answer, local_day, words
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome
from bot.pipeline.routing import Route, command, member_command
from bot.rewards.checkin.checkins import CheckIns
from bot.rewards.ledger.statement import Statements
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act

STATEMENT_LINES = 10


@dataclass(frozen=True, slots=True)
class PointsHandlers:
    """Check-in, balance and statement."""

    voice: Voice
    check_ins: CheckIns
    statements: Statements

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            member_command(CommandName.CHECKIN, self.check_in),
            command(CommandName.POINTS, self.balance),
            command(CommandName.STATEMENT, self.statement),
        )

    async def check_in(self, context: Context) -> Outcome:
        """签到: once a community day; the second time says so."""
        done = await self.check_ins.check_in(
            member_id=context.member.member_id,
            key=context.event.key,
            now=context.event.at,
            rules=context.settings.rewards,
            zone=context.settings.zone,
        )
        slots = {"streak": done.streak, "balance": done.balance}
        if done.repeated:
            return answer(self.voice, context, "checkin.repeat", **slots)
        slots["points"] = done.points
        if done.bonus:
            slots["bonus"] = done.bonus
            return answer(self.voice, context, "checkin.milestone", **slots).doing(Act.CHECKIN)
        return answer(self.voice, context, "checkin.done", **slots).doing(Act.CHECKIN)

    async def balance(self, context: Context) -> Outcome:
        """积分: the balance, with what was earned and spent so far."""
        member_id = context.member.member_id
        totals = await self.statements.read_totals(member_id)
        return answer(
            self.voice,
            context,
            "points.balance",
            balance=await self.statements.read_balance(member_id),
            earned=totals.earned,
            spent=totals.spent,
        )

    async def statement(self, context: Context) -> Outcome:
        """积分明细: the last entries, each with its cause."""
        member_id = context.member.member_id
        entries = await self.statements.read_statement(member_id, STATEMENT_LINES)
        if not entries:
            return answer(self.voice, context, "points.statement_empty")
        lines = [
            words(
                self.voice,
                context,
                "points.statement_line",
                day=local_day(context, entry.at),
                amount=f"{entry.amount:+d}",
                cause=words(self.voice, context, f"cause.{entry.reason}"),
            )
            for entry in entries
        ]
        return answer(
            self.voice,
            context,
            "points.statement",
            balance=entries[0].balance_after,
            lines="\n".join(lines),
        )
