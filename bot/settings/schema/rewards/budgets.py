"""rewards.yaml, budgets: how much may be issued, whatever the rules promise."""

from pydantic import Field

from bot.settings.schema.base import Count, Positive, Section


class Budget(Section):
    """Limits of one currency over everything that is issued; nothing written means no limit."""

    a_day: Positive | None = None
    """In a day of the community."""

    a_month: Positive | None = None
    """In a calendar month."""


class CampaignBudget(Section):
    """The most that one run of a campaign gives, from its first to its last day."""

    points: Count = 0
    """In points; 0 for none."""

    fen: Count = 0
    """In fen; 0 for none."""


class Budgets(Section):
    """预算: a hard stop. What it refuses is refused with the day on which it opens again."""

    points: Budget = Field(
        default=Budget(a_day=20_000, a_month=300_000),
        json_schema_extra={"default": {"a_day": 20_000, "a_month": 300_000}},
    )
    """Points."""

    fen: Budget = Field(
        default=Budget(a_day=20_000, a_month=200_000),
        json_schema_extra={"default": {"a_day": 20_000, "a_month": 200_000}},
    )
    """Cash, in fen."""

    members: Positive = 500
    """How many members `python -m bot cost` reckons with."""
