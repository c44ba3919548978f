"""campaigns/: what members read keeps the law, tells no secret, and says whether it advertises."""

import re
from collections.abc import Iterator
from typing import Final

from bot.core.text import fold
from bot.settings.checks.draft import CAMPAIGNS, Check, Draft, campaign_file
from bot.settings.checks.screening import RULES, Spoken, check_emoji, screen, screen_posts
from bot.settings.problems import Finding, Path
from bot.settings.schema.campaigns import CampaignFile, CampaignPost, SignUp

_PRICE: Final = re.compile(r"[¥￥]\s*(\d+(?:\.\d{1,2})?)|(\d+(?:\.\d{1,2})?)\s*元")
_PERCENT: Final = re.compile(r"\d+(?:\.\d+)?\s*[%％]")


def check_words(draft: Draft) -> Iterator[Finding]:
    """Nothing that members read contains what may not be said, or pays for sharing."""
    posts, others = list(_posts(draft)), list(_others(draft))
    yield from screen_posts(draft, posts)
    yield from screen(draft, others)
    for file, path, text in (*posts, *others):
        yield from check_emoji(draft.persona.tone, file, path, text)


def _posts(draft: Draft) -> Iterator[Spoken]:
    for key, campaign in draft.campaigns.items():
        for index, post in enumerate(campaign.posts):
            yield campaign_file(key), ("posts", index, "text"), post.text


def _others(draft: Draft) -> Iterator[Spoken]:
    for key, campaign in draft.campaigns.items():
        file = campaign_file(key)
        yield file, ("name",), campaign.name
        for index, perk in enumerate(campaign.perks):
            yield file, ("perks", index, "name"), perk.name
            yield file, ("perks", index, "text"), perk.text
        for index, product in enumerate(campaign.products):
            yield file, ("products", index, "name"), product.name
        if campaign.reminder:
            yield file, ("reminder", "text"), campaign.reminder.text


def check_prices(draft: Draft) -> Iterator[Finding]:
    """A post that names the price of a product is a promotion."""
    for file, path, campaign, post in _each(draft):
        prices = {product.price_fen for product in campaign.products}
        named = {_fen(match[1] or match[2]) for match in _PRICE.finditer(post.text)}
        if not post.promotion and prices & named:
            what = "it names a price, so it is a promotion"
            instead = "write promotion: true, or leave the price out"
            yield Finding(file, (*path, "text"), what, instead)


def check_evidence(draft: Draft) -> Iterator[Finding]:
    """A figure in percent says where it can be looked up."""
    for file, path, _, post in _each(draft):
        figure = _PERCENT.search(post.text)
        if figure and not post.evidence:
            what = f"nothing says where {figure[0]} can be looked up"
            yield Finding(file, (*path, "text"), what, "add evidence: the source, and its date")


def check_secrets(draft: Draft) -> Iterator[Finding]:
    """No post gives a perk's code away, and none the code word before its time."""
    for file, path, campaign, post in _each(draft):
        said = fold(post.text)
        for perk in campaign.perks:
            if perk.code and fold(perk.code) in said:
                what = f"the code of {perk.key} is told in private, to members who ask for it"
                yield Finding(file, (*path, "text"), what, "leave it out")
        signup = campaign.signup
        if signup and f"“{fold(signup.code)}”" in said and _is_before(post, signup):
            what = "it says the code word before it is asked for"
            instead = f"say it on day {signup.code_day} from {signup.code_at:%H:%M} on"
            yield Finding(file, (*path, "text"), what, instead)


def _is_before(post: CampaignPost, signup: SignUp) -> bool:
    return (post.phase, post.at) < (signup.code_day, signup.code_at)


def check_typed(draft: Draft) -> Iterator[Finding]:
    """A code word is no command, and what members type means one thing in all campaigns."""
    commands = {
        fold(word).removeprefix("/"): f"commands.{name}"
        for name, command in draft.commands.commands.items()
        for word in (*command.words, command.alias)
    }
    seen: dict[str, str] = {}
    for key, campaign in draft.campaigns.items():
        file, signup = campaign_file(key), campaign.signup
        typed: list[tuple[Path, str]] = [
            (("perks", index, "name"), perk.name) for index, perk in enumerate(campaign.perks)
        ]
        if signup is not None:
            typed.append((("signup", "code"), signup.code))
        for path, word in typed:
            if owner := commands.get(fold(word)):
                yield Finding(file, path, f"already a word of {owner}", "choose another word")
            place = f"{file} {'.'.join(map(str, path))}"
            if (first := seen.setdefault(fold(word), place)) != place:
                yield Finding(file, path, f"the same as {first}", "choose another word")


def _each(draft: Draft) -> Iterator[tuple[str, Path, CampaignFile, CampaignPost]]:
    for key, campaign in draft.campaigns.items():
        for index, post in enumerate(campaign.posts):
            yield campaign_file(key), ("posts", index), campaign, post


def _fen(yuan: str) -> int:
    whole, _, cents = yuan.partition(".")
    return int(whole) * 100 + int(f"{cents:0<2}")


_NONE: Final = frozenset[str]()

CHECKS = (
    Check(check_words, reads=_NONE, whole=RULES),
    Check(check_prices, reads=_NONE),
    Check(check_evidence, reads=_NONE),
    Check(check_secrets, reads=_NONE),
    Check(check_typed, reads=_NONE, whole=frozenset({"commands.commands", CAMPAIGNS})),
)
