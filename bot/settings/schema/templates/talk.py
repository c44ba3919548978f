"""Joining, questions, and what is known of a member."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label, speech

TALK: Final[dict[str, TemplateShape]] = {
    "page.link": speech("url"),
    "welcome.new": speech("names", "persona", "group"),
    "welcome.back": speech("names", "persona", "group"),
    "welcome.friend": speech("name", "persona", "label", "brand"),
    "welcome.follower": speech("name", "persona", "label", "brand"),
    "persona.who": speech("persona", "label", "who"),
    "persona.abilities": speech("persona", "label", "what", "value"),
    "persona.are_you_a_bot": speech("persona", "label", "brand"),
    "ask.answer": speech("name", "answer"),
    "ask.answer_sourced": speech("name", "answer", "source"),
    "ask.fallback": speech("name"),
    "ask.meant": speech("name", "word", "help"),
    "ask.did_you_mean": speech("name", "lines"),
    "ask.did_you_mean_line": label("number", "question"),
    "ask.unseen": speech("name"),
    "answer.waiting": speech(),
    "answer.withheld": speech("name"),
    "human.called": speech("name"),
    "human.notice": label("name", "group", "text"),
    "my_data.sent": speech("name"),
    "my_data.report": label(
        "name", "joined", "balance", "acts", "tags", "invited", "choices", "memory"
    ),
    "portrait.report": label(
        "name", "joined", "balance", "streak", "acts", "tags", "invited", "last_seen"
    ),
    "portrait.tag_line": label("tag", "source", "confidence", "evidence", "until"),
    "portrait.no_tags": label(),
    "source.rule": label(),
    "source.person": label(),
    "portrait.sent": label("name", "member"),
    "portrait.unknown": label("name"),
    "act.message": label(),
    "act.checkin": label(),
    "act.claim": label(),
    "act.draw": label(),
    "act.question": label(),
    "act.invite": label(),
    "act.redeem": label(),
    "act.join": label(),
    "act.leave": label(),
    "act.command": label(),
    "act.signed_up": label(),
    "act.arrived": label(),
    "act.answered": label(),
    "act.submitted": label(),
    "act.featured": label(),
}
