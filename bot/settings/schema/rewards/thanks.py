"""rewards.yaml, thanks: members thank each other, and the one who is thanked gets points."""

from bot.settings.schema.base import Positive, Section


class Thanks(Section):
    """感谢: use or lose; it costs the giver nothing."""

    points: Positive = 5
    """What the one who is thanked gets."""

    a_day: Positive = 5
    """How often a member may thank in a day; his level may allow more."""

    to_one_a_week: Positive = 2
    """How often he may thank the same person from Monday to Sunday."""
