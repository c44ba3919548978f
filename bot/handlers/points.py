"""积分, 积分明细: what a member has, and where it came from."""

from dataclasses import dataclass

from bot.handlers.speech import answer, local_day, words
from bot.persona.voice import Voice
from bot.pipeline.context import Context, Outcome
from bot.pipeline.routing import Route, command
from bot.rewards.ledger.statement import Statements
from bot.settings.schema.commands import CommandName

STATEMENT_LINES = 10


@dataclass(frozen=True, slots=True)
class PointsHandlers:
    """Balance and statement."""

    voice: Voice
    statements: Statements

    def routes(self) -> tuple[Route, ...]:
        """The commands of this topic."""
        return (
            command(CommandName.POINTS, self.balance),
            command(CommandName.STATEMENT, self.statement),
        )

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
