"""Other outlets: what employees get for their Moments, and what owners are shown of the plan."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label

OUTLETS: Final[dict[str, TemplateShape]] = {
    "moments.copy": label("day", "at", "title", "pictures"),
    "moments.confirm": label("day", "at", "title", "until", "text"),
    "moments.expired": label("day", "at", "title", "employees"),
    "moments.failed": label("day", "at", "title"),
    "moments.unknown": label("day", "at", "title"),
    "moments.no_plan": label("name"),
    "moments.today": label("day", "count", "lines"),
    "moments.none_today": label("day"),
    "moments.sent_in_private": label("name"),
    "moments.line": label("at", "title", "pillar", "state"),
    "moments.gap_line": label("at"),
    "moments.state_planned": label(),
    "moments.state_planned_company": label(),
    "moments.state_copied": label(),
    "moments.state_handed": label(),
    "moments.state_waiting": label("published", "employees"),
    "moments.state_published": label("published", "employees"),
    "moments.state_expired": label(),
    "moments.state_failed": label(),
    "moments.state_unknown": label(),
    "moments.mix": label("past", "planned", "lines"),
    "moments.mix_line": label("pillar", "target", "actual", "planned", "last"),
    "moments.mix_off": label("pillar", "points"),
    "moments.last_never": label(),
    "moments.last_today": label(),
    "moments.last_days": label("days"),
}
