"""Programs that open links: previewers, crawlers and scanners, told by how they name themselves.

A program that calls itself a browser is taken for a person; that cannot be told from here.
"""

import re
from collections.abc import Mapping
from typing import Final

_PROGRAMS: Final = re.compile(
    r"(?<!cu)bot\b|(?<!cu)bot[/;_-]|crawler|spider|slurp|preview|facebookexternalhit|whatsapp"
    r"|headless|phantom|lighthouse|monitor|scan|curl/|wget/|python|aiohttp|httpx|java/|okhttp"
    r"|go-http-client|libwww|apache-httpclient|axios|node-fetch|postman",
    re.IGNORECASE,
)
"""Names of programs and of what they are made with; a telephone by Cubot is a telephone."""

_AHEAD: Final = ("Sec-Purpose", "Purpose", "X-Moz", "X-Purpose")
"""Headers by which a browser says that it loads a page before anybody has asked for it."""


def is_robot(headers: Mapping[str, str]) -> bool:
    """Whether a request with these headers was made by a program and not for a person."""
    agent = headers.get("User-Agent", "")
    ahead = " ".join(headers.get(name, "") for name in _AHEAD).lower()
    return (
        not agent
        or _PROGRAMS.search(agent) is not None
        or "prefetch" in ahead
        or "preview" in ahead
    )
