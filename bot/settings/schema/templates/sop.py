"""What stands around the texts of sop.yaml."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label, speech

SOP: Final[dict[str, TemplateShape]] = {
    "sop.private": speech("text", "stop"),
    "sop.called": label("names", "text"),
}
