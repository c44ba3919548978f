"""The calls on mass sends: to make one (92135), to ask after it (93338), to hurry or end it.

An app sees its own. A list whose limit is too large comes in pages of the usual length (93338).
That 45009 is the answer to a fourth reminder within a day is unverified.
"""

from typing import Any

from bot.simulator.cast import App
from bot.simulator.contact.audience import Audience
from bot.simulator.contact.content import read_content
from bot.simulator.contact.reading import (
    Body,
    page_of,
    read_employee,
    read_number,
    read_text,
)
from bot.simulator.contact.show import Show
from bot.simulator.contact.tasks import ChatType, MassSend, MassSends, Sent, Task, TaskState
from bot.simulator.frame import Answer, Call
from bot.simulator.frequency import Frequency
from bot.simulator.limits import (
    MASS_LIST_PAGE,
    MASS_LIST_SECONDS,
    MASS_REMINDERS,
    MASS_RESULT_PAGE,
)
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused, bad_parameter, missing, too_often
from bot.simulator.world import World

_SENT, _UNSENT = 2, 0
_BY_COMPANY, _BY_EMPLOYEE, _BY_ANYBODY = 0, 1, 2
_FOR_EVER = 2**53


class TaskCalls:
    """Mass sends as apps see them: none of these calls sends anything."""

    def __init__(
        self, world: World, sends: MassSends, audience: Audience, media: MediaStore, show: Show
    ) -> None:
        self._world = world
        self._sends = sends
        self._audience = audience
        self._media = media
        self._show = show
        self._reminders = Frequency(MASS_REMINDERS, bans=False)
        for send in sends.sends.values():
            for at in send.reminded_at:
                self._reminders.take(send.msgid, at)

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("POST", "externalcontact/add_msg_template", self.make),
            Call("POST", "externalcontact/get_groupmsg_list_v2", self.list_sends, quiet=True),
            Call("POST", "externalcontact/get_groupmsg_task", self.list_tasks, quiet=True),
            Call("POST", "externalcontact/get_groupmsg_send_result", self.list_results, quiet=True),
            Call("POST", "externalcontact/remind_groupmsg_send", self.remind),
            Call("POST", "externalcontact/cancel_groupmsg_send", self.cancel),
        ]

    def make(self, app: App, body: Body) -> Answer:
        """add_msg_template: tasks for employees."""
        content = read_content(body, app, self._media)
        kind = _chat_type(read_text(body, "chat_type") or ChatType.SINGLE)
        single = kind is ChatType.SINGLE
        read = self._audience.read_customers if single else self._audience.read_chats
        to = read(body)
        send = self._sends.make(app.key, kind, content, to.receivers, selectable=to.selectable)
        self._publish(send)
        return {"msgid": send.msgid, "fail_list": to.failed}

    def list_sends(self, app: App, body: Body) -> Answer:
        """get_groupmsg_list_v2: what was made in a time of a month at most."""
        kind = _chat_type(read_text(body, "chat_type"))
        first, last = _moment(body, "start_time"), _moment(body, "end_time")
        if not 0 <= last - first <= MASS_LIST_SECONDS:
            raise bad_parameter("start_time, end_time: one month at most")
        who = read_number(body, "filter_type", _BY_ANYBODY, least=0, most=_BY_ANYBODY)
        found = [
            send
            for send in self._sends.sends.values()
            if send.app == app.key and send.chat_type is kind
            if first <= int(send.created_at.timestamp()) <= last
            # What a call has made is the company's, and has no creator.
            if who != _BY_EMPLOYEE and not read_text(body, "creator")
        ]
        page, cursor = page_of(found, body, _limit(body, MASS_LIST_PAGE))
        listed = [
            {
                "msgid": send.msgid,
                "create_time": int(send.created_at.timestamp()),
                "create_type": _BY_COMPANY,
                **send.content.to_json(),
            }
            for send in page
        ]
        return {"group_msg_list": listed, "next_cursor": cursor}

    def list_tasks(self, app: App, body: Body) -> Answer:
        """get_groupmsg_task: who has confirmed and who has not."""
        tasks = list(self._send(app, body).tasks.values())
        page, cursor = page_of(tasks, body, _limit(body, MASS_RESULT_PAGE))
        return {"task_list": [_task_json(task) for task in page], "next_cursor": cursor}

    def list_results(self, app: App, body: Body) -> Answer:
        """get_groupmsg_send_result: what became of it at each of an employee's receivers.

        Of customer groups only those are listed to which it was sent.
        """
        send, sender = self._send(app, body), read_employee(self._world, body)
        task = send.tasks.get(sender, Task(sender, []))
        receivers = [
            receiver
            for receiver in task.receivers
            if send.chat_type is ChatType.SINGLE or task.result(receiver) is Sent.DELIVERED
        ]
        page, cursor = page_of(receivers, body, _limit(body, MASS_RESULT_PAGE))
        name = "external_userid" if send.chat_type is ChatType.SINGLE else "chat_id"
        listed = [{name: receiver, **_result_json(task, receiver)} for receiver in page]
        return {"send_list": listed, "next_cursor": cursor}

    def remind(self, app: App, body: Body) -> Answer:
        """remind_groupmsg_send: three times in a day."""
        send = self._send(app, body)
        if not self._reminders.take(send.msgid, self._world.now()):
            raise too_often()
        self._sends.remind(send)
        self._publish(send)
        return {}

    def cancel(self, app: App, body: Body) -> Answer:
        """cancel_groupmsg_send: what is not sent yet will not be."""
        send = self._send(app, body)
        self._sends.cancel(send)
        self._publish(send)
        return {}

    def _send(self, app: App, body: Body) -> MassSend:
        msgid = read_text(body, "msgid")
        if not msgid:
            raise Refused(41046, "missing msgid")
        send = self._sends.sends.get(msgid)
        if send is None or send.app != app.key:
            raise Refused(41047, "invalid msgid")
        return send

    def _publish(self, send: MassSend) -> None:
        for task in send.tasks.values():
            self._show.publish_task(send, task)


def _chat_type(value: str) -> ChatType:
    if value not in {kind.value for kind in ChatType}:
        raise bad_parameter("chat_type: single or group")
    return ChatType(value)


def _moment(body: Body, name: str) -> int:
    if name not in body:
        raise missing(name)
    return read_number(body, name, 0, least=0, most=_FOR_EVER)


def _limit(body: Body, page: tuple[int, int]) -> int:
    """The length of a page; the usual one when the call names none or too large a one."""
    usual, largest = page
    limit = read_number(body, "limit", usual, least=1, most=_FOR_EVER)
    return limit if limit <= largest else usual


def _task_json(task: Task) -> dict[str, Any]:
    if task.state is not TaskState.SENT or task.sent_at is None:
        return {"userid": task.sender, "status": _UNSENT}
    sent_at = int(task.sent_at.timestamp())
    return {"userid": task.sender, "status": _SENT, "send_time": sent_at}


def _result_json(task: Task, receiver: str) -> dict[str, Any]:
    result = task.result(receiver)
    shown = {"userid": task.sender, "status": int(result)}
    if result is Sent.DELIVERED and task.sent_at is not None:
        return {**shown, "send_time": int(task.sent_at.timestamp())}
    return shown
