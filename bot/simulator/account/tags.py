"""An account's tags and who holds them.

Source: mp, user tag management. What an unfollower held is gone (unverified).
"""

from dataclasses import dataclass, field
from typing import Any

from bot.simulator.account.client import (
    Client,
    for_account,
    invalid,
    is_number,
    object_of,
    text_of,
)
from bot.simulator.account.followers import Followers
from bot.simulator.account.limits import (
    FIRST_TAG,
    SYSTEM_TAGS,
    TAG_CHARACTERS,
    TAG_HOLDERS_FOR_DELETION,
    TAGGING_BATCH,
    TAGS,
    TAGS_A_FOLLOWER,
)
from bot.simulator.cast import Account
from bot.simulator.frame import Answer, Call
from bot.simulator.refusal import Refused
from bot.simulator.world import World

STARRED = 2


@dataclass(slots=True)
class Tag:
    """A tag; ``holders`` are external user ids."""

    id: int
    name: str
    holders: list[str] = field(default_factory=list)


class Tags:
    """The tags of every account. A part of the world."""

    def __init__(self, world: World, followers: Followers) -> None:
        self._world = world
        self._followers = followers
        self._tags: dict[str, dict[int, Tag]] = {}
        self._given: dict[str, int] = {}

    def calls(self) -> list[Call[Client]]:
        """The calls of this corner."""
        return [
            Call("POST", "tags/create", for_account(self._create), bare=True),
            Call("GET", "tags/get", for_account(self._list), quiet=True, bare=True),
            Call("POST", "tags/update", for_account(self._rename)),
            Call("POST", "tags/delete", for_account(self._delete)),
            Call("POST", "tags/members/batchtagging", for_account(self._tag)),
            Call("POST", "tags/members/batchuntagging", for_account(self._untag)),
            Call("POST", "tags/getidlist", for_account(self._of_follower), quiet=True, bare=True),
        ]

    def of(self, account: str) -> dict[int, Tag]:
        """An account's tags by id; the starred one is always there."""
        return self._tags.setdefault(account, {STARRED: Tag(STARRED, "星标组")})

    def tags_of(self, account: str, user_id: str) -> list[int]:
        """The tags that a follower holds."""
        return [tag.id for tag in self.of(account).values() if user_id in tag.holders]

    def forget(self, account: Account, user_id: str) -> None:
        """Take all tags from somebody who has left."""
        for tag_id in self.tags_of(account.key, user_id):
            self._change("account.untagged", account, tag_id, [user_id])

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of tags."""
        match data["t"]:
            case "account.tag":
                self.of(data["account"])[data["id"]] = Tag(data["id"], data["name"])
                self._given[data["account"]] = data["id"]
            case "account.tag_renamed":
                self.of(data["account"])[data["id"]].name = data["name"]
            case "account.tag_deleted":
                del self.of(data["account"])[data["id"]]
            case "account.tagged":
                tag = self.of(data["account"])[data["id"]]
                tag.holders += [who for who in data["users"] if who not in tag.holders]
            case "account.untagged":
                tag = self.of(data["account"])[data["id"]]
                tag.holders = [who for who in tag.holders if who not in data["users"]]
            case _:
                return False
        return True

    # Calls

    def _create(self, account: Account, body: dict[str, Any]) -> Answer:
        name, known = text_of(object_of(body, "tag"), "name"), self.of(account.key)
        self._check_name(account, name)
        if sum(tag_id not in SYSTEM_TAGS for tag_id in known) >= TAGS:
            raise Refused(45056, f"too many tags: at most {TAGS}")
        tag_id = self._given.get(account.key, FIRST_TAG - 1) + 1
        self._world.happen("account.tag", account=account.key, id=tag_id, name=name)
        return {"tag": {"id": tag_id, "name": name}}

    def _list(self, account: Account, _parameters: dict[str, Any]) -> Answer:
        tags = self.of(account.key).values()
        return {
            "tags": [{"id": tag.id, "name": tag.name, "count": len(tag.holders)} for tag in tags]
        }

    def _rename(self, account: Account, body: dict[str, Any]) -> Answer:
        wanted = object_of(body, "tag")
        tag, name = self._own(account, wanted.get("id")), text_of(wanted, "name")
        if name != tag.name:
            self._check_name(account, name)
            self._world.happen("account.tag_renamed", account=account.key, id=tag.id, name=name)
        return {}

    def _delete(self, account: Account, body: dict[str, Any]) -> Answer:
        tag = self._own(account, object_of(body, "tag").get("id"))
        if len(tag.holders) > TAG_HOLDERS_FOR_DELETION:
            raise Refused(45057, "too many followers hold the tag")
        self._world.happen("account.tag_deleted", account=account.key, id=tag.id)
        return {}

    def _tag(self, account: Account, body: dict[str, Any]) -> Answer:
        tag, people = self._tag_and_people(account, body)
        fresh = [who for who in people if who not in tag.holders]
        for who in fresh:
            if len(self.tags_of(account.key, who)) >= TAGS_A_FOLLOWER:
                raise Refused(45059, f"a user has at most {TAGS_A_FOLLOWER} tags")
        self._change("account.tagged", account, tag.id, fresh)
        return {}

    def _untag(self, account: Account, body: dict[str, Any]) -> Answer:
        tag, people = self._tag_and_people(account, body)
        self._change("account.untagged", account, tag.id, people)
        return {}

    def _of_follower(self, account: Account, body: dict[str, Any]) -> Answer:
        self._refuse_foreign(account, body.get("openid"))
        follower = self._followers.follower(account, body.get("openid"))
        return {"tagid_list": self.tags_of(account.key, follower.user_id)}

    # Helpers

    def _change(self, happening: str, account: Account, tag_id: int, users: list[str]) -> None:
        if users:
            self._world.happen(happening, account=account.key, id=tag_id, users=users)

    def _check_name(self, account: Account, name: str) -> None:
        """Raises Refused."""
        if not name:
            raise invalid("tag.name")
        if len(name) > TAG_CHARACTERS:
            raise Refused(45158, f"tag name: at most {TAG_CHARACTERS}")
        if any(tag.name == name for tag in self.of(account.key).values()):
            raise Refused(45157, "invalid tag name: it exists")

    def _own(self, account: Account, tag_id: object) -> Tag:
        """A tag that is not the system's. Raises Refused."""
        if tag_id in SYSTEM_TAGS:
            raise Refused(45058, "can't modify sys tag")
        return self._known(account, tag_id)

    def _known(self, account: Account, tag_id: object) -> Tag:
        tag = self.of(account.key).get(tag_id) if isinstance(tag_id, int) else None
        if tag is None or not is_number(tag_id):
            raise Refused(45159, "invalid tag id")
        return tag

    def _tag_and_people(self, account: Account, body: dict[str, Any]) -> tuple[Tag, list[str]]:
        listed = body.get("openid_list")
        if not isinstance(listed, list) or not listed:
            raise Refused(40031, "invalid openid list")
        if len(listed) > TAGGING_BATCH:
            raise Refused(40032, f"invalid openid list size: at most {TAGGING_BATCH}")
        tag = self._known(account, body.get("tagid"))
        for open_id in listed:
            self._refuse_foreign(account, open_id)
        people = [self._followers.follower(account, open_id).user_id for open_id in listed]
        return tag, list(dict.fromkeys(people))

    def _refuse_foreign(self, account: Account, open_id: object) -> None:
        if self._followers.is_foreign(account, open_id):
            raise Refused(49003, "not match openid with appid")
