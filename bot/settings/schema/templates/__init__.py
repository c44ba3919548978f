"""Every text the bot can say: its name, the slots that may be filled in, and how many variants.

The words themselves are in persona.yaml. A template that is missing, unknown, has too few
variants or names an unknown slot is a problem of the configuration, so it cannot reach a group.
"""

from typing import Final

from bot.settings.schema.templates.campaign_letters import CAMPAIGN_LETTERS
from bot.settings.schema.templates.campaigns import CAMPAIGNS
from bot.settings.schema.templates.cash import CASH
from bot.settings.schema.templates.checkin import CHECKIN
from bot.settings.schema.templates.choices import CHOICES
from bot.settings.schema.templates.games import GAMES
from bot.settings.schema.templates.learning import LEARNING
from bot.settings.schema.templates.lottery import LOTTERY
from bot.settings.schema.templates.memory import MEMORY
from bot.settings.schema.templates.model import MODEL
from bot.settings.schema.templates.outlets import OUTLETS
from bot.settings.schema.templates.packets import PACKETS
from bot.settings.schema.templates.persona import PERSONA
from bot.settings.schema.templates.points import POINTS
from bot.settings.schema.templates.reports import REPORTS
from bot.settings.schema.templates.running import RUNNING
from bot.settings.schema.templates.shape import (
    LABEL,
    SPEECH,
    DayPart,
    TemplateShape,
    variant_key,
)
from bot.settings.schema.templates.shop import SHOP
from bot.settings.schema.templates.sop import SOP
from bot.settings.schema.templates.standing import STANDING
from bot.settings.schema.templates.submissions import SUBMISSIONS
from bot.settings.schema.templates.talk import TALK
from bot.settings.schema.templates.tickets import TICKETS

__all__ = [
    "LABEL",
    "SPEECH",
    "TEMPLATES",
    "DayPart",
    "TemplateShape",
    "shape_of",
    "variant_key",
]

TEMPLATES: Final[dict[str, TemplateShape]] = {
    **CHECKIN,
    **POINTS,
    **PACKETS,
    **LOTTERY,
    **GAMES,
    **SHOP,
    **CASH,
    **CAMPAIGNS,
    **CAMPAIGN_LETTERS,
    **STANDING,
    **TALK,
    **PERSONA,
    **CHOICES,
    **TICKETS,
    **MEMORY,
    **MODEL,
    **LEARNING,
    **SUBMISSIONS,
    **RUNNING,
    **OUTLETS,
    **SOP,
    **REPORTS,
}


def shape_of(name: str) -> TemplateShape | None:
    """The shape of a template, or of its variants for a part of the day (``NAME@morning``)."""
    template, mark, part = name.partition("@")
    shape = TEMPLATES.get(template)
    if shape is None or not mark:
        return shape
    return TemplateShape(shape.slots, LABEL) if part in tuple(DayPart) else None
