"""The persona for operators: card, score and the checklist of decoration."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label

PERSONA: Final[dict[str, TemplateShape]] = {
    "card.report": label(
        "persona", "label", "kind", "who", "what", "value", "total", "bar", "lines"
    ),
    "card.line": label("check", "points", "most", "what"),
    "card.whole": label(),
    "card.hard_fail": label("checks"),
    "card.drift": label(),
    "card.word_decoration": label(),
    "card.decoration": label("persona", "lines"),
    "card.decoration_line": label("item", "text", "count", "most"),
    "card.decoration_hint": label("item", "text"),
    "card.decoration_too_long": label("item", "text", "count", "most"),
    "card.no_decoration": label("name"),
    "card.kind_person": label(),
    "card.kind_product": label(),
    "card.kind_expert": label(),
    "card.item_nickname": label(),
    "card.item_signature": label(),
    "card.item_avatar": label(),
    "card.item_cover": label(),
    "card.item_group_name": label(),
    "card.item_notice": label(),
    "card.check_identity": label(),
    "card.check_scope": label(),
    "card.check_self_reference": label(),
    "card.check_honest_bot": label(),
    "card.check_model_talk": label(),
    "card.check_tone": label(),
    "card.check_catch_phrase": label(),
    "card.check_language": label(),
    "card.check_claims": label(),
    "card.check_facts": label(),
    "card.check_memory": label(),
    "card.check_diversity": label(),
    "card.check_boundary": label(),
}
