"""Which rules hold: the law's for everybody, and what a brand has written for itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """What is added to the built-in rules, and what is let through. Hosts count with all below."""

    blocked: tuple[str, ...] = ()
    """The brand's own words that may not be said."""

    banned: tuple[str, ...] = ()
    """Words that do not suit the persona that speaks."""

    allowed: tuple[str, ...] = ()
    """Phrases inside which nothing is looked for."""

    proven: tuple[str, ...] = ()
    """Phrases whose evidence is on file: claims inside them are not held."""

    registered: tuple[str, ...] = ()
    """Effects that a registration allows to be claimed."""

    link_hosts: tuple[str, ...] = ()
    """Hosts to which texts may lead: the brand's, and our own pages'."""

    shop_hosts: tuple[str, ...] = ()
    """Hosts where things are sold: they may be linked, and make a text an advertisement."""
