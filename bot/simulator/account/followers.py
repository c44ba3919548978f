"""Who follows an account, and what the account notes about him.

Source: mp, user management (user/info, user/info/batchget, user/get, user/info/updateremark).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.simulator.account.client import (
    Client,
    bad_open_id,
    clients_of,
    for_account,
    invalid,
    text_of,
)
from bot.simulator.account.limits import FOLLOWERS_PAGE, PROFILE_BATCH, REMARK_CHARACTERS
from bot.simulator.cast import Account
from bot.simulator.frame import Answer, Call
from bot.simulator.refusal import Refused
from bot.simulator.union_ids import union_id_of
from bot.simulator.wechat_users import WechatUsers, open_id_of
from bot.simulator.world import World


@dataclass(frozen=True, slots=True)
class Arrival:
    """How somebody came: ``scene`` as user/info calls it, with the code's parameter if any."""

    scene: str = "ADD_SCENE_SEARCH"
    code_number: int = 0
    code_text: str = ""


@dataclass(slots=True)
class Follower:
    """Somebody who follows."""

    user_id: str
    since: datetime
    arrival: Arrival
    remark: str = ""


class TagsOf(Protocol):
    """Knows the tags of a follower."""

    def tags_of(self, account: str, user_id: str) -> list[int]:
        """Their ids, in the order in which he got them."""
        ...


class Followers:
    """The followers of every account, in the order in which they came. A part of the world."""

    def __init__(self, world: World, users: WechatUsers) -> None:
        self._world = world
        self._users = users
        self._followers: dict[str, dict[str, Follower]] = {}

    # Reading

    def of(self, account: str) -> dict[str, Follower]:
        """The followers of an account by their external user id."""
        return self._followers.get(account, {})

    def person(self, client: Client, open_id: object) -> str:
        """Whom ``client`` calls ``open_id``, follower or not. Raises Refused."""
        found = self._users.behind(client.app_id, open_id) if isinstance(open_id, str) else None
        if found is None:
            raise bad_open_id()
        return found

    def follower(self, account: Account, open_id: object) -> Follower:
        """The follower whom the account calls ``open_id``. Raises Refused."""
        user_id = self.person(account, open_id)
        found = self.of(account.key).get(user_id)
        if found is None:
            raise Refused(43004, "require subscribe")
        return found

    def is_foreign(self, account: Account, open_id: object) -> bool:
        """Whether another account or mini program calls somebody ``open_id``."""
        return isinstance(open_id, str) and any(
            self._users.behind(client.app_id, open_id) is not None
            for client in clients_of(self._world.cast)
            if client.key != account.key
        )

    # Happenings

    def follow(self, account: Account, user_id: str, arrival: Arrival) -> None:
        """Somebody begins to follow."""
        self._world.happen(
            "account.followed",
            account=account.key,
            user_id=user_id,
            scene=arrival.scene,
            code_number=arrival.code_number,
            code_text=arrival.code_text,
        )

    def unfollow(self, account: Account, user_id: str) -> None:
        """Somebody no longer follows; what was noted about him is gone."""
        self._world.happen("account.unfollowed", account=account.key, user_id=user_id)

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of followers."""
        match data["t"]:
            case "account.followed":
                at = datetime.fromisoformat(data["at"])
                arrival = Arrival(data["scene"], data["code_number"], data["code_text"])
                follower = Follower(data["user_id"], at, arrival)
                self._followers.setdefault(data["account"], {})[follower.user_id] = follower
            case "account.unfollowed":
                self._followers[data["account"]].pop(data["user_id"], None)
            case "account.remarked":
                self._followers[data["account"]][data["user_id"]].remark = data["remark"]
            case _:
                return False
        return True


class Profiles:
    """The calls that read and note what an account may know about people."""

    def __init__(self, world: World, followers: Followers, tags: TagsOf) -> None:
        self._world = world
        self._followers = followers
        self._tags = tags

    def calls(self) -> list[Call[Client]]:
        """The calls of this corner."""
        return [
            Call("GET", "user/info", for_account(self._read), quiet=True, bare=True),
            Call("POST", "user/info/batchget", for_account(self._read_many), quiet=True, bare=True),
            Call("GET", "user/get", for_account(self._list), quiet=True, bare=True),
            Call("POST", "user/info/updateremark", for_account(self._remark)),
        ]

    def _read(self, account: Account, parameters: dict[str, Any]) -> Answer:
        if not parameters.get("openid"):
            raise Refused(41009, "openid missing")
        return self._profile(account, parameters["openid"])

    def _read_many(self, account: Account, body: dict[str, Any]) -> Answer:
        listed = body.get("user_list")
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise invalid("user_list")
        if not 1 <= len(listed) <= PROFILE_BATCH:
            raise Refused(40032, f"invalid openid list size: 1 to {PROFILE_BATCH}")
        return {"user_info_list": [self._profile(account, item.get("openid")) for item in listed]}

    def _profile(self, account: Account, open_id: object) -> Answer:
        """Of those who do not follow, only that. Names are no longer told (since 2021)."""
        user_id = self._followers.person(account, open_id)
        follower = self._followers.of(account.key).get(user_id)
        if follower is None:
            return {"subscribe": 0, "openid": open_id}
        tags = self._tags.tags_of(account.key, user_id)
        return {
            "subscribe": 1,
            "openid": open_id,
            "language": "zh_CN",
            "subscribe_time": int(follower.since.timestamp()),
            "unionid": union_id_of(user_id),
            "remark": follower.remark,
            "groupid": next(iter(tags), 0),
            "tagid_list": tags,
            "subscribe_scene": follower.arrival.scene,
            "qr_scene": follower.arrival.code_number,
            "qr_scene_str": follower.arrival.code_text,
        }

    def _list(self, account: Account, parameters: dict[str, Any]) -> Answer:
        """A page names its last openid as the next one, even when nothing follows."""
        followers = self._followers.of(account.key)
        everyone = [open_id_of(account.app_id, user_id) for user_id in followers]
        after, start = text_of(parameters, "next_openid"), 0
        if after:
            self._followers.person(account, after)
            start = everyone.index(after) + 1 if after in everyone else len(everyone)
        page = everyone[start : start + FOLLOWERS_PAGE]
        answer: Answer = {"total": len(everyone), "count": len(page)}
        if page:
            answer["data"] = {"openid": page}
        return {**answer, "next_openid": page[-1] if page else ""}

    def _remark(self, account: Account, body: dict[str, Any]) -> Answer:
        follower = self._followers.follower(account, body.get("openid"))
        remark = text_of(body, "remark")
        if len(remark) > REMARK_CHARACTERS:
            raise invalid(f"remark: at most {REMARK_CHARACTERS} characters")
        self._world.happen(
            "account.remarked", account=account.key, user_id=follower.user_id, remark=remark
        )
        return {}
