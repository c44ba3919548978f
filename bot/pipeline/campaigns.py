"""Which campaigns 活动 run in a group on a day of the community, and what they add to earnings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.ids import GroupKey
from bot.core.text import fold, split_number
from bot.rewards.boosts import NO_BOOSTS, Boost
from bot.schedules.campaign_days import Occurrence, occurrences_between, reaches
from bot.settings.schema.campaigns import CampaignFile
from bot.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Running:
    """A campaign that is on: its file, and the run of it, under whose key all is booked."""

    run: Occurrence
    file: CampaignFile

    @property
    def key(self) -> str:
        """The run's key, double12-2026."""
        return self.run.key


def running_campaigns(settings: Settings, on: date) -> tuple[Running, ...]:
    """Every campaign that is on, wherever."""
    if not settings.campaigns:
        return ()
    return tuple(
        Running(run, settings.campaigns[run.campaign])
        for run in occurrences_between(settings, on, on)
    )


def campaigns_in(settings: Settings, group_key: GroupKey, on: date) -> tuple[Running, ...]:
    """The campaigns that are on in a group."""
    return tuple(
        running
        for running in running_campaigns(settings, on)
        if reaches(settings, running.run.campaign, group_key)
    )


def boosts_in(settings: Settings, group_key: GroupKey, on: date) -> Mapping[str, Boost]:
    """What campaigns add in a group, by the key of an earning rule or ``CHECKIN``.

    Of several campaigns the one that pays most adds to a rule, and no other.
    """
    boosts: dict[str, Boost] = {}
    for running in campaigns_in(settings, group_key, on):
        for rule, percent in running.file.points.items():
            if rule not in boosts or boosts[rule].percent < percent:
                boosts[rule] = Boost(running.key, percent)
    return boosts or NO_BOOSTS


def find_campaign(campaigns: Sequence[Running], typed: str) -> Running | None:
    """The campaign that somebody means: by its place from 1, its key, its run's, or its name."""
    numbered = split_number(typed)
    if numbered is not None and not numbered[1]:
        place = numbered[0]
        return campaigns[place - 1] if place <= len(campaigns) else None
    wanted = fold(typed)
    for running in campaigns:
        if wanted in (fold(running.run.campaign), fold(running.key), fold(running.file.name)):
            return running
    named = [running for running in campaigns if wanted and wanted in fold(running.file.name)]
    return named[0] if len(named) == 1 else None
