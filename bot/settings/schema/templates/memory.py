"""What is remembered of a member: told, listed, used and forgotten."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label, speech

MEMORY: Final[dict[str, TemplateShape]] = {
    "memory.noted": speech("name", "facts"),
    "memory.fact": label("type", "value"),
    "memory.not_like_that": speech("name", "types"),
    "memory.off": speech("name"),
    "memory.list": speech("name", "lines"),
    "memory.line": label("number", "fact", "day", "until"),
    "memory.empty": speech("name", "types"),
    "memory.sent": speech("name"),
    "memory.forgotten": speech("name", "types"),
    "memory.forgotten_all": speech("name"),
    "memory.forgotten_more": speech("name", "count"),
    "memory.not_there": speech("name"),
    "memory.forget_form": label("name"),
    "memory.recalled": speech("fact", "remark"),
    "memory.none": label(),
}
