"""How lotteries are spoken of: prizes, odds, prices and times, in answers and announcements."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.persona.voice import Voice
from bot.rewards.lottery.draw import chances
from bot.rewards.lottery.rounds import Round
from bot.settings.pages import Pages
from bot.settings.schema.bot import Group
from bot.settings.schema.rewards.lottery import LotteryMode
from bot.settings.settings import Settings

Say = Callable[..., str]
"""Says a template with its slots, in some conversation."""

LOTTERY_PATH: Final = "lottery"
"""Where a group's lotteries are, below its page."""


def say_in(voice: Voice, scope: str) -> Say:
    """Says templates in the conversation ``scope``."""

    def say(template: str, **slots: object) -> str:
        return voice.say(template, scope=scope, **slots)

    return say


def prizes_of(say: Say, found: Round) -> str:
    """The prize table in one line: names, numbers and, where weights count, odds."""
    odds = chances(found.terms)
    parts = []
    for prize in found.terms.real_prizes:
        if prize.key in odds:
            weight, total = odds[prize.key]
            shown = f"{weight * 100 / total:.3g}%"
            parts.append(say("lottery.prize_odds", prize=prize.name, stock=prize.stock, odds=shown))
        else:
            parts.append(say("lottery.prize", prize=prize.name, stock=prize.stock))
    return say("list.comma").join(parts)


def mode_of(say: Say, found: Round) -> str:
    """When it is drawn, in a few words."""
    if found.terms.mode is LotteryMode.FULL:
        return say("lottery.mode_full", entrants=found.terms.entrants)
    return say(f"lottery.mode_{found.terms.mode}")


def price_of(say: Say, found: Round) -> str:
    """What a draw costs."""
    if not found.terms.fee_points:
        return say("lottery.price_free")
    return say("lottery.price_points", fee=found.terms.fee_points)


def moment(settings: Settings, instant: datetime) -> str:
    """An instant as month, day and time on the community's clock."""
    return instant.astimezone(settings.zone).strftime("%m-%d %H:%M")


def page_of(pages: Pages, group: Group, found: Round) -> str:
    """The address of what the round has published; empty when there are no pages."""
    base = pages.url(group)
    return f"{base}/{LOTTERY_PATH}/{found.key}/{found.number}" if base else ""
