"""A customer contact channel over the stand-in, and what the platform would answer it."""

import json
from pathlib import Path
from typing import Any, cast

import aiohttp

from bot.channels.api import wecom_api
from bot.channels.customer_contact import CustomerContact
from bot.channels.media import MediaShelf
from bot.core.clock import Clock
from bot.core.ids import ChannelKey

from .support import CORP_ID, PAYLOADS, SECRET, Request

CONTACT = ChannelKey("customers")


class FakeTags:
    """The company's tag library, as the platform keeps it."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, str]] = {}
        """Group name to tag names to ids."""

    def read(self, _: Request) -> dict[str, Any]:
        return {"errcode": 0, "tag_group": [self._group(name) for name in self.groups]}

    def add(self, request: Request) -> dict[str, Any]:
        name = request.body.get("group_name") or request.body["group_id"].removeprefix("group-")
        tags = self.groups.setdefault(name, {})
        for tag in request.body["tag"]:
            assert tag["name"] not in tags, "the platform refuses a name that is there"
            tags[tag["name"]] = f"tag-{name}-{tag['name']}"
        return {"errcode": 0, "tag_group": self._group(name)}

    def _group(self, name: str) -> dict[str, Any]:
        tags = [{"id": tag_id, "name": tag} for tag, tag_id in self.groups[name].items()]
        return {"group_id": f"group-{name}", "group_name": name, "tag": tags}


def make_contact(
    session: aiohttp.ClientSession,
    base_url: str,
    clock: Clock,
    directory: Path = Path("/nonexistent"),
) -> CustomerContact:
    """``directory`` is where the files of messages lie."""
    return CustomerContact(
        key=CONTACT,
        api=wecom_api(session, base_url, CORP_ID, SECRET, clock),
        shelf=MediaShelf(directory, clock),
        clock=clock,
    )


def answer(name: str) -> dict[str, Any]:
    path = PAYLOADS / "contact" / f"{name}.json"
    return cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))


def refusal(errcode: int) -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": "refused"}
