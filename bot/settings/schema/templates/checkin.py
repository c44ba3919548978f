"""Check-in 签到, make-up cards 补签卡 and the calendar."""

from typing import Final

from bot.settings.schema.templates.shape import TemplateShape, label, speech

CHECKIN: Final[dict[str, TemplateShape]] = {
    "checkin.done": speech("name", "points", "streak", "balance"),
    "checkin.milestone": speech("name", "points", "bonus", "streak", "balance"),
    "checkin.repeat": speech("name", "streak", "balance"),
    "checkin.unpaid": speech("name", "streak", "balance"),
    "checkin.saved": speech("name", "days", "freezes"),
    "checkin.freeze": speech("name", "freezes"),
    "checkin.boosted": speech("name", "extra"),
    "makeup.today": label(),
    "makeup.yesterday": label(),
    "makeup.two_days_ago": label(),
    "makeup.three_days_ago": label(),
    "makeup.year_sign": label(),
    "makeup.month_sign": label(),
    "makeup.day_sign": label(),
    "makeup.offer": label("name", "missed", "price", "balance", "cards", "example"),
    "makeup.nothing": speech("name", "days"),
    "makeup.not_sold": label("name"),
    "makeup.bad_form": label("name", "example"),
    "makeup.done": speech("name", "day", "streak", "price", "balance", "cards"),
    "makeup.refused_not_missed": speech("name", "day"),
    "makeup.refused_not_over": speech("name", "day"),
    "makeup.refused_too_long_ago": speech("name", "day", "days", "earliest"),
    "makeup.refused_never_before": speech("name", "day"),
    "makeup.refused_no_cards": speech("name", "most", "again"),
    "makeup.refused_too_few_points": speech(
        "name", "price", "balance", "missing", "points", "days"
    ),
    "calendar.title": label("name"),
    "calendar.report": label("name", "month", "lines", "streak", "freezes", "cards"),
    "calendar.days_done": label("days"),
    "calendar.days_made_up": label("days"),
    "calendar.days_frozen": label("days"),
    "calendar.days_missed": label("days"),
    "calendar.empty": label("name"),
    "calendar.tip_today": label("name"),
    "calendar.tip_make_up": label("name"),
    "calendar.next": label("left", "bonus"),
}
