"""What is said when the language model is not asked, and what operators are told about it."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label, speech

MODEL: Final[dict[str, TemplateShape]] = {
    "model.attack": speech("name"),
    "model.muted": speech("name", "at"),
    "model.over_budget": speech("name", "at"),
    "model.busy": speech("name"),
    "model.attack_notice": label("name", "group", "attacks", "at"),
}
