"""Invites 邀请 and boards 排行."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label, speech

STANDING: Final[dict[str, TemplateShape]] = {
    "invite.code": speech(
        "name", "code", "points", "friend_points", "hours", "minutes", "pending", "settled"
    ),
    "invite.way": speech(
        "name", "code", "url", "points", "friend_points", "hours", "pending", "settled"
    ),
    "invite.accepted": speech("name", "inviter", "friend_points", "hours"),
    "invite.again": speech("name", "inviter"),
    "invite.rejected_unknown_code": speech("name", "code"),
    "invite.rejected_self": speech("name"),
    "invite.rejected_not_new": speech("name"),
    "invite.rejected_late": speech("name", "minutes"),
    "invite.rejected_inviter_gone": speech("name"),
    "invite.rejected_loop": speech("name"),
    "invite.rejected_staff": speech("name"),
    "invite.held": speech("name"),
    "invite.settled": speech("inviter", "friend", "points", "friend_points"),
    "invite.reversed": label("inviter", "friend", "points"),
    "invite.capped": label("inviter", "friend"),
    "invite.inactive": label("inviter", "friend"),
    "invite.unreviewed": label("inviter", "friend"),
    "boards.title": label("measure", "period"),
    "boards.measure_points": label(),
    "boards.measure_streak": label(),
    "boards.measure_invites": label(),
    "boards.unit_points": label(),
    "boards.unit_streak": label(),
    "boards.unit_invites": label(),
    "boards.period_day": label(),
    "boards.period_week": label(),
    "boards.period_month": label(),
    "boards.period_season": label(),
    "boards.period_campaign": label(),
    "boards.last": label("period"),
    "boards.days": label("first", "last"),
    "boards.shown": speech("title", "days", "lines"),
    "boards.line": label("rank", "name", "score", "unit"),
    "boards.empty": label(),
    "boards.shy": label(),
    "boards.mine": speech("rank", "score", "unit", "gap"),
    "boards.mine_equal": speech("rank", "score", "unit"),
    "boards.mine_first": speech("score", "unit"),
    "boards.mine_none": speech(),
    "boards.mine_owner": label(),
    "boards.note_running": label(),
    "boards.note_kept": label(),
    "boards.unknown": speech("name", "words", "command"),
    "boards.hidden": speech("name"),
    "boards.hidden_already": speech("name"),
    "boards.named": speech("name"),
    "boards.named_already": speech("name"),
}
