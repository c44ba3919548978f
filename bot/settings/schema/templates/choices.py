"""Choices of members, and that the persona is an AI."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label, speech

_WAYS_ON: Final = ("name", "back", "human")

CHOICES: Final[dict[str, TemplateShape]] = {
    "choices.impersonal": label(*_WAYS_ON),
    "choices.impersonal_already": label(*_WAYS_ON),
    "choices.personal": label(*_WAYS_ON),
    "choices.personal_already": label(*_WAYS_ON),
    "choices.unsubscribed": label(*_WAYS_ON),
    "choices.unsubscribed_already": label(*_WAYS_ON),
    "choices.subscribed": label(*_WAYS_ON),
    "choices.subscribed_already": label(*_WAYS_ON),
    "choices.stepped_out": label(*_WAYS_ON),
    "choices.stepped_out_already": label(*_WAYS_ON),
    "choices.back": label(*_WAYS_ON),
    "choices.back_already": label(*_WAYS_ON),
    "choices.left_alone": label(*_WAYS_ON),
    "choices.line_impersonal": label("day", "back"),
    "choices.line_unsubscribed": label("day", "back"),
    "choices.line_stepped_out": label("day", "back"),
    "choices.none": label(),
    "notice.first": speech("persona", "label", "brand", "human"),
    "notice.talk": speech("persona", "label", "brand", "human"),
    "notice.long": speech("persona", "label", "brand", "human"),
}
