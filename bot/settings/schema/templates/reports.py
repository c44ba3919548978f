"""What became of posts: the owner's figures and the weekly letter to operators."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label

_MIX: Final = ("steps", "posts", "discounts", "pillars", "kinds")
_STOOD_OUT: Final = ("group", "day", "at", "title", "kind", "new", "basis", "reasons")

REPORTS: Final[dict[str, TemplateShape]] = {
    "reports.group": label(
        *("name", "group", "days", "over", "under_way", "total", "lines"),
        *("best", "worst", "mix", "silences"),
    ),
    "reports.nothing": label("name", "group", "days"),
    "reports.weekly": label(
        *("first", "last", "groups", "over", "total", "pillar_lines", "kind_lines"),
        *("best", "worst", "mix", "silences", "echoes", "experiments"),
    ),
    "reports.weekly_nothing": label("first", "last"),
    "reports.total": label(
        *("replies", "speakers", "checkins", "clicks", "step_clicks"),
        *("joins", "referrals", "leaves"),
    ),
    "reports.uncounted": label(),
    "reports.line": label("what", "posts", "speakers", "joins", "leaves"),
    "reports.rate": label("value", "low", "high"),
    "reports.hint": label("value", "low", "high"),
    "reports.no_rate": label(),
    "reports.mix": label(*_MIX),
    "reports.stood_out": label(*_STOOD_OUT),
    "reports.none_stood_out": label(),
    "reports.new": label(),
    "reports.basis_hour_and_kind": label("earlier"),
    "reports.basis_hour": label("earlier"),
    "reports.basis_group": label("earlier"),
    "reports.reason": label("what", "count", "usual"),
    "reports.left_soon": label("count"),
    "reports.measure_speakers": label(),
    "reports.measure_replies": label(),
    "reports.measure_clicks": label(),
    "reports.measure_joins": label(),
    "reports.measure_leaves": label(),
    "reports.silence": label("pillar", "days"),
    "reports.silence_in": label("pillar", "days", "group"),
    "reports.echo": label("what", "posts", "mean", "others", "r", "low", "high"),
    "reports.echo_hint": label("what", "posts", "mean", "others", "r", "low", "high"),
    "reports.no_echo": label(),
    "reports.no_experiment": label(),
    "reports.experiment_waiting": label("key", "day"),
    "reports.experiment_running": label("key", "day", "posts"),
    "reports.experiment_too_few": label("key", "posts", "pairs", "least"),
    "reports.experiment_equal": label(
        "key", "measure", "first", "second", *("mean", "low", "high"), "pairs"
    ),
    "reports.experiment_won": label(
        "key", "measure", "variant", "other", *("mean", "low", "high"), "pairs"
    ),
}
