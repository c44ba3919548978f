"""Every text the bot can say: its name, the slots that may be filled in, and how many variants.

The words themselves are in persona.yaml. A template that is missing, unknown, has too few
variants or names an unknown slot is a problem of the configuration, so it cannot reach a group.
"""

from typing import Final

from bot.settings.schema.templates.cash import CASH
from bot.settings.schema.templates.checkin import CHECKIN
from bot.settings.schema.templates.lottery import LOTTERY
from bot.settings.schema.templates.packets import PACKETS
from bot.settings.schema.templates.points import POINTS
from bot.settings.schema.templates.running import RUNNING
from bot.settings.schema.templates.shape import LABEL, SPEECH, TemplateShape
from bot.settings.schema.templates.shop import SHOP
from bot.settings.schema.templates.standing import STANDING
from bot.settings.schema.templates.talk import TALK

__all__ = ["LABEL", "SPEECH", "TEMPLATES", "TemplateShape"]

TEMPLATES: Final[dict[str, TemplateShape]] = {
    **CHECKIN,
    **POINTS,
    **PACKETS,
    **LOTTERY,
    **SHOP,
    **CASH,
    **STANDING,
    **TALK,
    **RUNNING,
}
