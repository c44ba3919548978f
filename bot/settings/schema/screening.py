"""persona.yaml, screening: what a brand adds to the law's rules, and what it can prove."""

from datetime import date
from typing import Annotated

from pydantic import Field

from bot.settings.schema.base import Section, Words

Host = Annotated[
    str,
    Field(
        pattern=r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$",
        examples=["shop.example.com"],
        json_schema_extra={
            "x-form": "the name of a website in lower case, without https:// and without a path"
        },
    ),
]
"""A website, together with all below it: example.com holds for shop.example.com too."""


class Evidence(Section):
    """Why a claim may be made (广告法 art. 11): a first place, a comparison, a figure."""

    phrase: Words
    """The words of the claim, as texts have them."""

    source: Words
    """Who found it out: a report, a test and its number."""

    date: date
    """The day of the source."""

    scope: Words
    """For what it holds: where, when, among whom."""


class RegisteredClaim(Section):
    """An effect of cosmetics that may be claimed after registration (化妆品监督管理条例)."""

    phrase: Words
    """The words of the effect, as texts have them."""

    number: Words
    """Number of the registration certificate."""


class Screening(Section):
    """What texts may say. The rules of the law and of the platform are built in."""

    blocked: tuple[Words, ...] = ()
    """Words of this brand's own choice: texts with them are refused, whoever wrote them."""

    allowed: tuple[Words, ...] = ()
    """Phrases in which nothing is looked for: names, awards, harmless words."""

    evidence: tuple[Evidence, ...] = ()
    """Claims that can be proven; without an entry a claim is held back."""

    registered: tuple[RegisteredClaim, ...] = ()
    """Effects that a registration allows to be claimed."""

    link_hosts: tuple[Host, ...] = ()
    """Websites to which texts may lead; the program's own pages always are."""

    shop_hosts: tuple[Host, ...] = ()
    """Websites that sell: a text that leads there is marked 【广告】."""
