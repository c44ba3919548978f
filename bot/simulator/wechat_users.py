"""WeChat users, as accounts and services see them: the customers of bot.yaml.

Each account knows a person under an openid of its own. It is derived from the account and the
person, so it stays the same for ever and tells nothing about his other openids.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping

from bot.simulator.inputs import BadInput


def open_id_of(app_id: str, user_id: str) -> str:
    """What the account ``app_id`` (or a company, by its corp id) calls a person: 28 characters."""
    digest = hashlib.sha256(f"openid/{app_id}/{user_id}".encode()).digest()
    return "o" + base64.urlsafe_b64encode(digest).decode()[:27]


class WechatUsers:
    """People by their external user id. ``names`` may grow; nobody is ever taken out."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._open_ids: dict[str, dict[str, str]] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, user_id: object) -> bool:
        return user_id in self._names

    def name(self, user_id: str) -> str:
        """His name in WeChat; the id for somebody whom bot.yaml no longer knows."""
        return self._names.get(user_id, user_id)

    def find(self, name: str) -> str:
        """The external user id of whoever has this id or name. Raises BadInput."""
        if name in self._names:
            return name
        found = [user_id for user_id, known in self._names.items() if known == name]
        if len(found) > 1:
            raise BadInput(f"叫 {name} 的客户不止一个，请写编号：{'、'.join(found)}")
        if not found:
            raise BadInput(f"没有叫 {name} 的客户", status=404)
        return found[0]

    def behind(self, app_id: str, open_id: str) -> str | None:
        """Whom the account ``app_id`` calls ``open_id``."""
        known = self._open_ids.setdefault(app_id, {})
        if len(known) < len(self._names):
            known.update({open_id_of(app_id, user_id): user_id for user_id in self._names})
        return known.get(open_id)
