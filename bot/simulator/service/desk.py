"""What customers and servicers do in their clients, and how the managing app hears of it.

Whatever is done becomes an entry of the mailbox first; then the app is told that there is
something to read, with a token for reading it. Source: 94699.
"""

from typing import Any, Final

from bot.channels.xml import write_xml
from bot.core.events import MediaKind
from bot.simulator.cast import Service
from bot.simulator.groups import private_room
from bot.simulator.herald import Herald
from bot.simulator.limits import MEDIA_BYTES
from bot.simulator.media import MediaStore, check_media
from bot.simulator.service.event_codes import EventCodes
from bot.simulator.service.mailbox import Mailbox
from bot.simulator.service.sessions import Sessions, State
from bot.simulator.shapes import Draft, Kind, Message, Sender, SenderKind
from bot.simulator.wechat_users import WechatUsers
from bot.simulator.world import World

_FROM_CUSTOMER: Final = 3
_FROM_PLATFORM: Final = 4
_FROM_SERVICER: Final = 5

_TAKEN: Final = 1
_HANDED_ON: Final = 2
_ENDED: Final = 3
_REOPENED: Final = 4


class Desk:
    """Everything that a customer or a servicer can do."""

    def __init__(
        self,
        world: World,
        *,
        users: WechatUsers,
        sessions: Sessions,
        mailbox: Mailbox,
        codes: EventCodes,
        store: MediaStore,
        herald: Herald,
    ) -> None:
        self._world = world
        self._users = users
        self._sessions = sessions
        self._mailbox = mailbox
        self._codes = codes
        self._store = store
        self._herald = herald

    # The customer

    def enter(self, service: Service, user_id: str, *, scene: str, scene_param: str) -> str:
        """Open the chat; the code for greeting him, empty when he may not be greeted."""
        may_welcome = self._sessions.may_welcome(service, user_id)
        code = self._codes.give(service, user_id, None) if may_welcome else ""
        more = {"welcome_code": code} if code else {}
        self._tell_event(
            service,
            user_id,
            "enter_session",
            {"scene": scene, "scene_param": scene_param, **more},
        )
        return code

    def write(self, service: Service, user_id: str, text: str, *, menu_id: str = "") -> Message:
        """Write words, or tap an entry of a menu message."""
        content = {"content": text, **({"menu_id": menu_id} if menu_id else {})}
        return self._send(service, user_id, Draft(Kind.TEXT, text), "text", content)

    def send_media(
        self, service: Service, user_id: str, kind: MediaKind, *, name: str, body: bytes
    ) -> Message:
        """Send a picture, a voice, a film or a file. Raises Refused."""
        check_media(kind, body, MEDIA_BYTES[kind])
        owner = self._world.cast.apps[service.app].corp_id
        medium = self._store.keep(owner, kind, name=name, body=body)
        draft = Draft(Kind(kind), media=(medium.attachment(),))
        return self._send(service, user_id, draft, kind, {"media_id": medium.id})

    # The servicer

    def take(self, service: Service, user_id: str, servicer: str) -> None:
        """Take a customer out of the queue."""
        self._sessions.change(service, user_id, State.SERVICER, servicer)
        code = self._codes.give(service, user_id, State.SERVICER)
        self._tell_change(service, user_id, _TAKEN, new_servicer_userid=servicer, msg_code=code)

    def hand_on(self, service: Service, user_id: str, servicer: str) -> None:
        """Give a customer to another servicer."""
        before = self._sessions.get(service, user_id).servicer
        self._sessions.change(service, user_id, State.SERVICER, servicer)
        self._tell_change(
            service,
            user_id,
            _HANDED_ON,
            old_servicer_userid=before,
            new_servicer_userid=servicer,
        )

    def answer(self, service: Service, user_id: str, servicer: str, text: str) -> Message:
        """Write to a customer; a session that is over begins again with that."""
        if self._sessions.state(service, user_id) is State.OVER:
            self._sessions.change(service, user_id, State.SERVICER, servicer)
            self._tell_change(service, user_id, _REOPENED, new_servicer_userid=servicer)
        name = self._world.people[servicer].name
        sender = Sender(SenderKind.USER, servicer, name)
        room = private_room(service.key, user_id)
        shown = self._world.post(room, sender, Draft(Kind.TEXT, text))
        self._mailbox.put(
            service.open_kfid,
            {
                "open_kfid": service.open_kfid,
                "external_userid": user_id,
                "servicer_userid": servicer,
                "origin": _FROM_SERVICER,
                "msgtype": "text",
                "text": {"content": text},
            },
        )
        self._ring(service, f"{name}的回复")
        return shown

    def end(self, service: Service, user_id: str) -> None:
        """End the session."""
        before = self._sessions.get(service, user_id).servicer
        self._sessions.change(service, user_id, State.OVER)
        code = self._codes.give(service, user_id, State.OVER)
        self._tell_change(service, user_id, _ENDED, old_servicer_userid=before, msg_code=code)

    # Helpers

    def _send(
        self, service: Service, user_id: str, draft: Draft, kind: str, content: dict[str, Any]
    ) -> Message:
        name = self._users.name(user_id)
        room = private_room(service.key, user_id)
        shown = self._world.post(room, Sender(SenderKind.USER, user_id, name), draft)
        self._sessions.write(service, user_id)
        self._mailbox.put(
            service.open_kfid,
            {
                "open_kfid": service.open_kfid,
                "external_userid": user_id,
                "origin": _FROM_CUSTOMER,
                "msgtype": kind,
                kind: content,
            },
        )
        self._ring(service, f"{name}的来信")
        return shown

    def _tell_change(self, service: Service, user_id: str, change_type: int, **more: str) -> None:
        self._tell_event(
            service, user_id, "session_status_change", {"change_type": change_type, **more}
        )

    def _tell_event(
        self, service: Service, user_id: str, event_type: str, more: dict[str, Any]
    ) -> None:
        event = {
            "event_type": event_type,
            "open_kfid": service.open_kfid,
            "external_userid": user_id,
            **more,
        }
        body = {"origin": _FROM_PLATFORM, "msgtype": "event", "event": event}
        self._mailbox.put(service.open_kfid, body)
        self._ring(service, event_type)

    def _ring(self, service: Service, what: str) -> None:
        """Tell the managing app that there is something to read."""
        app = self._world.cast.apps[service.app]
        told = write_xml(
            (
                ("ToUserName", app.corp_id),
                ("CreateTime", int(self._world.now().timestamp())),
                ("MsgType", "event"),
                ("Event", "kf_msg_or_event"),
                ("Token", self._mailbox.give_ticket(app.key)),
                ("OpenKfId", service.open_kfid),
            )
        )
        self._herald.tell(app.key, told, what=f"微信客服：{what}")
