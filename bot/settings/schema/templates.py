"""Every text the bot can say: its name, the slots that may be filled in, and how many variants.

The words themselves are in persona.yaml. A template that is missing, unknown, has too few
variants or names an unknown slot is a problem of the configuration, so it cannot reach a group.
"""

from dataclasses import dataclass

SPEECH = 2
"""Least number of variants of a text that members hear often."""

LABEL = 1
"""Least number of variants of a fixed label or of an operator's text."""


@dataclass(frozen=True, slots=True)
class TemplateShape:
    """``slots`` may be used in {braces}, none of them must; ``variants`` is the least number."""

    slots: frozenset[str]
    variants: int


def _speech(*slots: str) -> TemplateShape:
    return TemplateShape(frozenset(slots), SPEECH)


def _label(*slots: str) -> TemplateShape:
    return TemplateShape(frozenset(slots), LABEL)


TEMPLATES: dict[str, TemplateShape] = {
    # check-in and points
    "checkin.done": _speech("name", "points", "streak", "balance"),
    "checkin.milestone": _speech("name", "points", "bonus", "streak", "balance"),
    "checkin.repeat": _speech("name", "streak", "balance"),
    "points.balance": _speech("name", "balance", "earned", "spent"),
    "points.statement": _label("name", "balance", "lines"),
    "points.statement_line": _label("day", "amount", "cause"),
    "points.statement_empty": _label("name"),
    "cause.checkin": _label(),
    "cause.checkin_milestone": _label(),
    "cause.packet_claim": _label(),
    "cause.referral_inviter": _label(),
    "cause.referral_friend": _label(),
    "cause.referral_clawback": _label(),
    "cause.adjustment": _label(),
    # red packets
    "packet.propose": _label("name", "points", "shares", "kind", "pool", "minutes"),
    "packet.kind_lucky": _label(),
    "packet.kind_fixed": _label(),
    "packet.bad_form": _label("name"),
    "packet.too_big": _label("name", "most_points", "most_shares", "least_share"),
    "packet.uneven": _label("name", "points", "shares"),
    "packet.pool_short": _label("name", "pool", "points"),
    "packet.card_title": _speech("owner"),
    "packet.card_text": _label("points", "shares", "kind", "hours", "proof"),
    "packet.card_button": _label(),
    "packet.card_button_done": _label(),
    "packet.posted": _label("owner", "points", "shares", "url"),
    "packet.claimed": _speech("name", "points", "left", "balance"),
    "packet.claimed_card": _speech("points", "left"),
    "packet.again": _speech("name", "points"),
    "packet.empty": _speech("name"),
    "packet.none_open": _speech("name"),
    "packet.over": _speech("name"),
    "packet.too_new": _speech("name", "hours"),
    "packet.finished": _speech("points", "shares", "seconds", "best_name", "best_points"),
    "packet.finished_fixed": _speech("points", "shares", "seconds"),
    "packet.expired": _speech("left_points", "left_shares"),
    "packet.opened_shares": _label("amounts", "salt", "proof"),
    # invites
    "invite.code": _speech(
        "name", "code", "points", "friend_points", "hours", "minutes", "pending", "settled"
    ),
    "invite.way": _speech(
        "name", "code", "url", "points", "friend_points", "hours", "pending", "settled"
    ),
    "invite.accepted": _speech("name", "inviter", "friend_points", "hours"),
    "invite.again": _speech("name", "inviter"),
    "invite.rejected_unknown_code": _speech("name", "code"),
    "invite.rejected_self": _speech("name"),
    "invite.rejected_not_new": _speech("name"),
    "invite.rejected_late": _speech("name", "minutes"),
    "invite.rejected_inviter_gone": _speech("name"),
    "invite.rejected_loop": _speech("name"),
    "invite.rejected_staff": _speech("name"),
    "invite.held": _speech("name"),
    "invite.settled": _speech("inviter", "friend", "points", "friend_points"),
    "invite.reversed": _label("inviter", "friend", "points"),
    "invite.capped": _label("inviter", "friend"),
    "invite.inactive": _label("inviter", "friend"),
    "invite.unreviewed": _label("inviter", "friend"),
    # our pages, where members of customer groups act
    "page.link": _speech("url"),
    # joining
    "welcome.new": _speech("names", "persona", "group"),
    "welcome.back": _speech("names", "persona", "group"),
    "welcome.friend": _speech("name", "persona", "label", "brand"),
    "welcome.follower": _speech("name", "persona", "label", "brand"),
    # who I am, questions
    "persona.who": _speech("persona", "label", "who"),
    "persona.abilities": _speech("persona", "label", "what", "value"),
    "persona.are_you_a_bot": _speech("persona", "label", "brand"),
    "ask.answer": _speech("answer"),
    "ask.fallback": _speech("name"),
    "ask.unseen": _speech("name"),
    "answer.waiting": _speech(),
    "human.called": _speech("name"),
    "human.notice": _label("name", "group", "text"),
    # own data and portrait
    "my_data.sent": _speech("name"),
    "my_data.report": _label("name", "joined", "balance", "acts", "tags", "invited"),
    "portrait.report": _label(
        "name", "joined", "balance", "streak", "acts", "tags", "invited", "last_seen"
    ),
    "portrait.tag_line": _label("tag", "source", "confidence", "evidence", "until"),
    "portrait.no_tags": _label(),
    "source.rule": _label(),
    "source.person": _label(),
    "portrait.sent": _label("name", "member"),
    "portrait.unknown": _label("name"),
    "act.message": _label(),
    "act.checkin": _label(),
    "act.claim": _label(),
    "act.question": _label(),
    "act.invite": _label(),
    "act.join": _label(),
    "act.leave": _label(),
    "act.command": _label(),
    # owners
    "help.report": _label("name", "lines"),
    "help.owner_report": _label("name", "lines", "owner_lines"),
    "announce.post": _label("text"),
    "announce.done": _label("name"),
    "announce.bad_form": _label("name"),
    "announce.refused": _label("name", "word"),
    "publish.done": _label("title"),
    "publish.nothing": _label(),
    "publish.solemn": _label("day"),
    "plan.report": _label("lines"),
    "plan.line": _label("day", "at", "pillar", "kind", "title"),
    "plan.empty": _label(),
    "pillar.brand": _label(),
    "pillar.product": _label(),
    "pillar.industry": _label(),
    "pillar.user": _label(),
    "kind.story": _label(),
    "kind.activity": _label(),
    "kind.product": _label(),
    "kind.red_packet": _label(),
    "kind.lesson": _label(),
    "data.report": _label(
        "group", "days", "members", "joined", "left", "speakers", "checkins", "claims", "issued",
        "posts", "referrals",
    ),
    "pause.done": _label("name"),
    "pause.already": _label("name"),
    "resume.done": _label("name"),
    "resume.already": _label("name"),
    "confirm.nothing": _label("name"),
    "confirm.late": _label("name"),
    "cancel.done": _label("name"),
    "late.question": _label("day", "at", "title", "minutes"),
    # tasks of employees
    "task.card_title": _label("group"),
    "task.card_text": _label("text", "day", "at"),
    "task.card_media": _label("media"),
    "task.card_button": _label(),
    "task.skipped": _label("text"),
    "task.over": _label("name"),
    "task.sent": _label("text", "group"),
    "task.declined": _label("text", "group"),
    "task.refused": _label("text", "group"),
    "task.expired": _label("text", "group"),
    # refusals and trouble
    "refused.not_owner": _label("name", "command"),
    "refused.only_in_group": _label("name", "command"),
    "refused.not_member": _label("name", "command"),
    "refused.flood": _speech("name"),
    "trouble.sorry": _speech("name"),
    "trouble.configuration": _label("count", "lines"),
}  # fmt: skip
