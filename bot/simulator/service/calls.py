"""The calls of WeChat customer service. Only the app that manages an account may use it.

Source: 94699 sync_msg, 96427 send_msg, 96428 send_msg_on_event, 94698 service_state, 94661
account/list, 95159 customer/batchget. Numbers of the refusals: 90455, which names 95000 to 95018;
95002, 95013, 95014 and 95016 are unverified.
"""

from typing import Any

from bot.simulator.cast import App, Service
from bot.simulator.frame import Answer, Call
from bot.simulator.frequency import Frequency
from bot.simulator.groups import private_room
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused, bad_parameter, missing, too_often
from bot.simulator.service.content import read_content
from bot.simulator.service.event_codes import EventCodes
from bot.simulator.service.limits import CUSTOMERS_BATCH, MESSAGE_ID, READS_WITHOUT_TICKET
from bot.simulator.service.mailbox import Mailbox, read_limit
from bot.simulator.service.sessions import CHANGES, Sessions, State
from bot.simulator.shapes import Draft, Sender, SenderKind
from bot.simulator.union_ids import union_id_of
from bot.simulator.wechat_users import WechatUsers
from bot.simulator.world import World

REPEATED_MSGID = 40058
"""96427 says only that a msgid which was used is refused; the number is unverified."""


class ServiceCalls:
    """What an app can do with its service accounts. A part of the world: it knows used msgids."""

    def __init__(
        self,
        world: World,
        *,
        users: WechatUsers,
        sessions: Sessions,
        mailbox: Mailbox,
        codes: EventCodes,
        store: MediaStore,
    ) -> None:
        self._world = world
        self._users = users
        self._sessions = sessions
        self._mailbox = mailbox
        self._codes = codes
        self._store = store
        self._used_ids: set[tuple[str, str]] = set()
        self._reads = Frequency(READS_WITHOUT_TICKET, bans=False)

    def calls(self) -> list[Call[App]]:
        """The calls of this corner; the list of accounts can be had both ways."""
        return [
            Call("POST", "kf/sync_msg", self._sync, quiet=True),
            Call("POST", "kf/send_msg", self._send),
            Call("POST", "kf/send_msg_on_event", self._answer_event),
            Call("POST", "kf/service_state/get", self._read_state, quiet=True),
            Call("POST", "kf/service_state/trans", self._change_state),
            Call("GET", "kf/account/list", self._list, quiet=True),
            Call("POST", "kf/account/list", self._list, quiet=True),
            Call("POST", "kf/customer/batchget", self._read_customers, quiet=True),
        ]

    def apply(self, data: dict[str, Any]) -> bool:
        """A message was sent under an id."""
        if data["t"] != "service.sent":
            return False
        self._used_ids.add((data["open_kfid"], data["msgid"]))
        return True

    def _sync(self, app: App, body: dict[str, Any]) -> Answer:
        cursor, ticket, wanted = (_text(body, name) for name in ("cursor", "token", "open_kfid"))
        limit = read_limit(body.get("limit"))
        own = self._services(app)
        services = [self._service(app, wanted)] if wanted else own
        if ticket:
            self._mailbox.check_ticket(app.key, ticket)
        elif not self._reads.take(app.key, self._world.now()):
            raise too_often()
        accounts = frozenset(service.open_kfid for service in services)
        page = self._mailbox.read(wanted or app.key, accounts, cursor, limit)
        return {
            "next_cursor": page.cursor,
            "has_more": int(page.has_more),
            "msg_list": [entry.body for entry in page.entries],
        }

    def _send(self, app: App, body: dict[str, Any]) -> Answer:
        service = self._service(app, _text(body, "open_kfid"))
        draft = read_content(body, store=self._store, owner=app.corp_id)
        user_id = self._customer(body.get("touser"))
        msgid = self._msgid(service, body)
        self._sessions.check_sending(service, user_id)
        self._sessions.spend(service, user_id)
        self._post(service, user_id, draft, msgid)
        return {"msgid": msgid}

    def _answer_event(self, app: App, body: dict[str, Any]) -> Answer:
        value = _text(body, "code")
        code, service = self._codes.find(value, self._services(app))
        draft = read_content(body, store=self._store, owner=app.corp_id, types=code.types)
        msgid = self._msgid(service, body)
        self._codes.use(value)
        if code.state is None:
            self._sessions.welcome(service, code.user_id)
        self._post(service, code.user_id, draft, msgid)
        return {"msgid": msgid}

    def _read_state(self, app: App, body: dict[str, Any]) -> Answer:
        service = self._service(app, _text(body, "open_kfid"))
        user_id = self._customer(body.get("external_userid"))
        state = self._sessions.state(service, user_id)
        answer: Answer = {"service_state": int(state)}
        if state is State.SERVICER:
            answer["servicer_userid"] = self._sessions.get(service, user_id).servicer
        return answer

    def _change_state(self, app: App, body: dict[str, Any]) -> Answer:
        """With a code for saying something, when a state is reached for the first time."""
        service = self._service(app, _text(body, "open_kfid"))
        user_id = self._customer(body.get("external_userid"))
        goal, servicer = _state(body.get("service_state")), _text(body, "servicer_userid")
        now = self._sessions.state(service, user_id)
        if now is State.OVER:
            raise Refused(95013, "session is over")
        if goal not in CHANGES[now]:
            raise Refused(95016, "not allowed to change to this state")
        if goal is State.SERVICER and servicer not in service.servicers:
            raise Refused(95014, "servicer_userid is not a servicer")
        is_new = goal not in self._sessions.get(service, user_id).been
        self._sessions.change(service, user_id, goal, servicer if goal is State.SERVICER else "")
        if goal is State.ASSISTANT or not is_new:
            return {}
        return {"msg_code": self._codes.give(service, user_id, goal)}

    def _list(self, app: App, _parameters: dict[str, Any]) -> Answer:
        return {
            "account_list": [
                {"open_kfid": service.open_kfid, "name": service.name, "avatar": ""}
                for service in self._services(app)
            ]
        }

    def _read_customers(self, _app: App, body: dict[str, Any]) -> Answer:
        listed = body.get("external_userid_list")
        if not isinstance(listed, list) or not 1 <= len(listed) <= CUSTOMERS_BATCH:
            raise bad_parameter(f"external_userid_list: 1 to {CUSTOMERS_BATCH}")
        if not all(isinstance(user_id, str) for user_id in listed):
            raise bad_parameter("external_userid_list")
        return {
            "customer_list": [
                {
                    "external_userid": user_id,
                    "nickname": self._users.name(user_id),
                    "avatar": "",
                    "gender": 0,
                    "unionid": union_id_of(user_id),
                }
                for user_id in listed
                if user_id in self._users
            ],
            "invalid_external_userid": [it for it in listed if it not in self._users],
        }

    # Helpers

    def _services(self, app: App) -> list[Service]:
        services = self._world.cast.services.values()
        return [service for service in services if service.app == app.key]

    def _service(self, app: App, open_kfid: str) -> Service:
        """Raises Refused for an account that the app does not manage."""
        if not open_kfid:
            raise Refused(95000, "invalid open_kfid")
        services = self._world.cast.services.values()
        found = next((it for it in services if it.open_kfid == open_kfid), None)
        if found is None:
            raise Refused(95004, "open_kfid not exist")
        if found.app != app.key:
            raise Refused(48002, "api forbidden")
        return found

    def _customer(self, user_id: object) -> str:
        if not isinstance(user_id, str) or user_id not in self._users:
            raise Refused(40096, "invalid external userid")
        return user_id

    def _msgid(self, service: Service, body: dict[str, Any]) -> str:
        """The caller's own id, or a new one. Raises Refused."""
        msgid = body.get("msgid")
        if msgid is None or msgid == "":
            return self._world.new_id()
        if not isinstance(msgid, str) or not MESSAGE_ID.fullmatch(msgid):
            raise bad_parameter("msgid: at most 32 of 0-9a-zA-Z_-")
        if (service.open_kfid, msgid) in self._used_ids:
            raise Refused(REPEATED_MSGID, "invalid parameter: msgid was used")
        return msgid

    def _post(self, service: Service, user_id: str, draft: Draft, msgid: str) -> None:
        self._world.happen("service.sent", open_kfid=service.open_kfid, msgid=msgid)
        sender = Sender(SenderKind.APP, service.key, service.name)
        self._world.post(private_room(service.key, user_id), sender, draft)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise bad_parameter(name)
    return value


def _state(value: object) -> State:
    if value is None:
        raise missing("service_state")
    if not isinstance(value, int) or isinstance(value, bool) or value not in set(State):
        raise bad_parameter("service_state")
    return State(value)
