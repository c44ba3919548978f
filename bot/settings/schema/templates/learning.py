"""Questions that had no answer: listed, answered, decided on, learned."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label, speech

LEARNING: Final[dict[str, TemplateShape]] = {
    "learning.list": label("name", "lines"),
    "learning.line": label("number", "question", "people", "times", "day"),
    "learning.waiting": label("lines"),
    "learning.waiting_line": label("number", "question", "author", "answer"),
    "learning.empty": speech("name"),
    "learning.sent": label("name"),
    "learning.not_answerer": speech("name"),
    "learning.form_offer": label("name"),
    "learning.form_answer": label("name"),
    "learning.form_number": label("name", "command"),
    "learning.form_decline": label("name"),
    "learning.offered": speech("name", "number", "question"),
    "learning.offered_letter": label("number", "question", "ways", "author", "answer", "notes"),
    "learning.note": label("what", "why"),
    "learning.refused": label("name", "what", "why", "instead"),
    "learning.too_long": label("name", "most"),
    "learning.no_such": label("name", "number"),
    "learning.answered_already": label("name", "number"),
    "learning.other_waiting": label("name", "number"),
    "learning.nothing_waits": label("name", "number"),
    "learning.adopted": label("name", "number", "question", "told"),
    "learning.adopted_letter": speech("name", "question"),
    "learning.declined": label("name", "number"),
    "learning.declined_letter": label("name", "question", "reason"),
    "learning.skipped": label("name", "number"),
    "learning.retracted": label("name", "number", "question"),
    "learning.not_learned": label("name", "number"),
    "learning.news": speech("name", "question", "answer"),
    "learning.news_group": speech("names", "question", "answer"),
    "learning.digest": label("lines"),
}
