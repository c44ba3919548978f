"""Notices by templates of the console: to followers, and to whoever has agreed to get one.

A consent is good for one notice of one template. Source: mp, sendTemplateMessage, sendSubscribe
(bizsend), the mini program's subscribeMessage.send.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from bot.simulator.account.client import Client, for_account, for_program, text_of
from bot.simulator.account.followers import Followers
from bot.simulator.account.limits import (
    KEYWORD,
    KEYWORD_CHARACTERS,
    SAME_CLIENT_MESSAGE_SECONDS,
)
from bot.simulator.account.payloads import event, notice_sent
from bot.simulator.cast import Account, Program
from bot.simulator.frame import Answer, Call
from bot.simulator.groups import private_room
from bot.simulator.herald import Herald
from bot.simulator.refusal import Refused
from bot.simulator.shapes import Card, Draft, Kind, Sender, SenderKind
from bot.simulator.world import World


class Notices:
    """Sends notices and keeps the consents. A part of the world."""

    def __init__(self, world: World, followers: Followers, herald: Herald) -> None:
        self._world = world
        self._followers = followers
        self._herald = herald
        self._consents: Counter[tuple[str, str, str]] = Counter()
        self._sent: dict[tuple[str, str, str], tuple[int, datetime]] = {}

    def calls(self) -> list[Call[Client]]:
        """The calls of this corner."""
        return [
            Call("POST", "message/template/send", for_account(self._send_template)),
            Call("POST", "message/subscribe/bizsend", for_account(self._send_notice)),
            Call("POST", "message/subscribe/send", for_program(self._send_message)),
        ]

    def agree(self, client: Client, user_id: str, template: str) -> None:
        """Somebody agrees to get one notice by this template."""
        self._world.happen("account.agreed", client=client.key, user_id=user_id, template=template)

    def consents(self, client: str, user_id: str) -> dict[str, int]:
        """How many notices somebody still agrees to, by template."""
        return {
            template: count
            for (key, who, template), count in self._consents.items()
            if (key, who) == (client, user_id) and count
        }

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of notices."""
        match data["t"]:
            case "account.agreed":
                self._consents[data["client"], data["user_id"], data["template"]] += 1
            case "account.agreement_used":
                self._consents[data["client"], data["user_id"], data["template"]] -= 1
            case "account.template_sent":
                key = data["account"], data["user_id"], data["client_msg_id"]
                self._sent[key] = (data["msg_id"], datetime.fromisoformat(data["at"]))
            case _:
                return False
        return True

    def _send_template(self, account: Account, body: dict[str, Any]) -> Answer:
        draft = _read(account, body)
        user_id = self._followers.follower(account, body.get("touser")).user_id
        own_id = text_of(body, "client_msg_id")
        sent = self._sent.get((account.key, user_id, own_id)) if own_id else None
        if sent is not None:
            until = sent[1] + timedelta(seconds=SAME_CLIENT_MESSAGE_SECONDS)
            if self._world.now() < until:
                return {"msgid": sent[0]}
        msg_id = self._world.new_number()
        self._world.happen(
            "account.template_sent",
            account=account.key,
            user_id=user_id,
            client_msg_id=own_id,
            msg_id=msg_id,
        )
        self._show(account, user_id, account.name, draft)
        told = event(
            account,
            user_id,
            at=self._world.now(),
            name="TEMPLATESENDJOBFINISH",
            fields=(("MsgID", msg_id), ("Status", "success")),
        )
        self._herald.tell(account.key, told, what="模板消息送达事件")
        return {"msgid": msg_id}

    def _send_notice(self, account: Account, body: dict[str, Any]) -> Answer:
        user_id = self._send_agreed(account, account.name, body)
        told = notice_sent(
            account,
            user_id,
            at=self._world.now(),
            template=body["template_id"],
            msg_id=self._world.new_number(),
        )
        self._herald.tell(account.key, told, what="订阅通知送达事件")
        return {}

    def _send_message(self, program: Program, body: dict[str, Any]) -> Answer:
        self._send_agreed(program, "小程序服务通知", body)
        return {}

    def _send_agreed(self, client: Client, name: str, body: dict[str, Any]) -> str:
        """Send what somebody has agreed to; who he is. Raises Refused."""
        draft = _read(client, body)
        user_id = self._followers.person(client, body.get("touser"))
        template = body["template_id"]
        if not self._consents[client.key, user_id, template]:
            raise Refused(43101, "user refuse to accept the msg")
        self._world.happen(
            "account.agreement_used", client=client.key, user_id=user_id, template=template
        )
        self._show(client, user_id, name, draft)
        return user_id

    def _show(self, client: Client, user_id: str, name: str, draft: Draft) -> None:
        room = private_room(client.key, user_id)
        self._world.post(room, Sender(SenderKind.APP, client.key, name), draft)


def _read(client: Client, body: dict[str, Any]) -> Draft:
    """What a reader sees of the notice. Raises Refused."""
    template, data = body.get("template_id"), body.get("data")
    keywords = client.templates.get(template) if isinstance(template, str) else None
    if keywords is None:
        raise Refused(40037, "invalid template_id")
    if not isinstance(data, dict):
        raise Refused(47003, "argument invalid! data is empty")
    lines = [f"{keyword}：{_value(data, keyword)}" for keyword in sorted(keywords)]
    link = body.get("url") or body.get("page")
    lines += [link] if isinstance(link, str) else []
    return Draft(Kind.CARD, card=Card("notice", "服务通知", "\n".join(lines), (), ""))


def _value(data: dict[str, Any], keyword: str) -> str:
    """The value of a keyword, as long as its kind allows. Raises Refused."""
    field = data.get(keyword)
    value = field.get("value") if isinstance(field, dict) else None
    words = str(value) if isinstance(value, str | int | float) else ""
    if not words:
        raise Refused(47003, f"argument invalid! data.{keyword}.value is empty")
    kind = KEYWORD.fullmatch(keyword)
    most = KEYWORD_CHARACTERS.get(kind[1]) if kind else None
    if most is not None and len(words) > most:
        raise Refused(47003, f"argument invalid! data.{keyword}.value invalid")
    return words
