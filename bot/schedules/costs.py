"""What a campaign may cost at most, before it has given anything.

Points are reckoned at 100 for 1 yuan, so a point is a fen. Its budget is a hard stop for points and
money; what perks take off is added. Gifts are shown beside it: members pay for them with points.
"""

from dataclasses import dataclass

from bot.settings.schema.campaigns import CampaignFile, CampaignType
from bot.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Cost:
    """The most that something of a campaign may cost, in fen. ``counts``: as a part of the sum."""

    source: str
    most: str
    fen: int
    counts: bool = True


def costs_of(
    settings: Settings, campaign: CampaignFile, *, groups: int, members: int
) -> tuple[Cost, ...]:
    """All that the campaign may cost in ``groups`` groups with ``members`` members."""
    budget = campaign.budget
    found: list[Cost] = []
    if budget.points:
        found.append(Cost("budget", f"{budget.points} points", budget.points))
    if campaign.signup and campaign.signup.points:
        seats = campaign.signup.quota * campaign.signup.points
        most = f"{campaign.signup.quota} seats x {campaign.signup.points} points, of the budget"
        found.append(Cost("sign-up", most, seats, counts=False))
    for rule, percent in campaign.points.items():
        most = f"{percent} %, the difference out of the budget"
        found.append(Cost(f"points of {rule}", most, budget.points, counts=False))
    if budget.fen:
        found.append(Cost("budget", "in money", budget.fen))
    for perk in campaign.perks:
        most = f"{perk.quota} x {yuan(perk.cost_fen)} yuan"
        found.append(Cost(perk.name, most, perk.quota * perk.cost_fen))
    shop = {gift.key: gift for gift in settings.rewards.shop.gifts}
    for gift in (shop[key] for key in campaign.gifts if key in shop):
        if gift.stock is not None:
            most = f"{gift.stock} x {gift.points} points, which members pay"
            found.append(Cost(gift.name, most, gift.stock * gift.points, counts=False))
    if campaign.type is CampaignType.FISSION and groups:
        referral = settings.rewards.referral
        each = referral.inviter_points + referral.friend_points
        days = campaign.last_day - campaign.first_day + 1
        most_friends = members * min(referral.most_a_day * days, referral.most_a_month)
        most = f"{most_friends} friends x {each} points, out of budgets.points"
        found.append(Cost("friends who stay", most, most_friends * each, counts=False))
    return tuple(found)


def ceiling(costs: tuple[Cost, ...]) -> int:
    """The sum of what counts, in fen."""
    return sum(cost.fen for cost in costs if cost.counts)


def yuan(fen: int) -> str:
    """Fen as people write them."""
    return f"{fen // 100:,}.{fen % 100:02d}"
