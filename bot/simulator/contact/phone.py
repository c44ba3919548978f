"""An employee's phone: the mass sends that wait for his yes.

His yes is written down with what becomes of it before anything is posted, so it sends once.
"""

from bot.simulator.contact.records import Records
from bot.simulator.contact.show import Show
from bot.simulator.contact.tasks import Allowance, ChatType, MassSend, Sent, Task, TaskState
from bot.simulator.groups import private_room
from bot.simulator.inputs import BadInput
from bot.simulator.media import MediaStore
from bot.simulator.shapes import Sender, SenderKind
from bot.simulator.world import World

_OVER = {
    TaskState.SENT: "这条群发已经发送过了",
    TaskState.CANCELLED: "这条群发已经被取消",
}


class Phone:
    """Tasks as their employees answer them. ``allowance`` is the company's setting."""

    def __init__(
        self,
        world: World,
        records: Records,
        *,
        media: MediaStore,
        show: Show,
        allowance: Allowance,
    ) -> None:
        self._world = world
        self._records = records
        self._media = media
        self._show = show
        self._allowance = allowance

    def task(self, employee: str, msgid: str) -> tuple[MassSend, Task]:
        """A task of an employee. Raises BadInput."""
        send = self._records.sends.sends.get(msgid)
        if send is None or employee not in send.tasks:
            raise BadInput("没有这条群发任务", status=404)
        return send, send.tasks[employee]

    def confirm(self, send: MassSend, task: Task, chosen: list[str]) -> None:
        """Send it, to ``chosen`` only if there are any. Raises BadInput."""
        if task.state in _OVER:
            raise BadInput(_OVER[task.state])
        if chosen and not send.selectable:
            raise BadInput("这条群发不能另选对象")
        if any(receiver not in task.receivers for receiver in chosen):
            raise BadInput("对象不在这条群发里", status=404)
        results = {
            receiver: self._fate(send, task.sender, receiver)
            for receiver in task.receivers
            if not chosen or receiver in chosen
        }
        self._records.sends.settle(send, task.sender, results)
        sender = Sender(SenderKind.USER, task.sender, self._world.who(task.sender).name)
        for receiver, result in results.items():
            if result is Sent.DELIVERED:
                for draft in send.content.drafts(self._media):
                    self._world.post(self._room(send, task.sender, receiver), sender, draft)
        self._show.publish_task(send, task)

    def ignore(self, send: MassSend, task: Task) -> None:
        """Put it away; it can still be sent. Raises BadInput."""
        if task.state in _OVER:
            raise BadInput(_OVER[task.state])
        self._records.sends.ignore(send, task.sender)
        self._show.publish_task(send, task)

    def _fate(self, send: MassSend, sender: str, receiver: str) -> Sent:
        received = self._records.sends.received.get(receiver, [])
        if not self._reaches(send, sender, receiver):
            return Sent.NO_FRIEND if send.chat_type is ChatType.SINGLE else Sent.WAITING
        if self._allowance.is_used_up(received, self._world.now()):
            return Sent.TOO_MANY
        return Sent.DELIVERED

    def _reaches(self, send: MassSend, sender: str, receiver: str) -> bool:
        """Whether the employee still has the customer, or the group."""
        if send.chat_type is ChatType.SINGLE:
            return self._records.friends.tie(sender, receiver) is not None
        chat = self._records.chats.called(receiver)
        return chat is not None and not chat.group.dismissed and chat.owner == sender

    def _room(self, send: MassSend, sender: str, receiver: str) -> str:
        chat = self._records.chats.called(receiver)
        if send.chat_type is ChatType.SINGLE or chat is None:
            return private_room(sender, receiver)
        return chat.group.room
