"""What owners and operators are told about campaigns in private: before T0, and after T+3."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label

CAMPAIGN_LETTERS: Final[dict[str, TemplateShape]] = {
    "campaign.reminder": label("campaign", "day", "text"),
    "campaign.review": label(
        *("campaign", "first", "last", "done", "posts", "details"),
        *("speakers", "speaking", "joins", "joining", "leaves"),
        *("points", "points_budget", "fen", "fen_budget"),
    ),
    "campaign.review_missed": label("day", "at", "group", "title"),
    "campaign.review_seats": label("arrived", "seated", "quota", "gone"),
    "campaign.review_perk": label("perk", "taken", "quota"),
    "campaign.review_see": label("key"),
    "campaign.review_change": label("percent"),
    "campaign.review_too_few": label(),
}
