"""Tells every app that may work with customers what people have done by hand.

What a call has done is told to nobody (96361), so no call knows the announcer.
"""

from collections.abc import Callable, Sequence

from bot.simulator.cast import App
from bot.simulator.contact.chats import Chat
from bot.simulator.contact.payloads import (
    EventJoinScene,
    MemberList,
    QuitScene,
    chat_event,
    customer_event,
    members_event,
    tag_event,
)
from bot.simulator.herald import Herald
from bot.simulator.world import World


class Announcer:
    """Writes one event for each of ``apps``. ``form`` is that of lists of members."""

    def __init__(self, world: World, herald: Herald, apps: Sequence[App], form: MemberList) -> None:
        self._world = world
        self._herald = herald
        self._apps = apps
        self._form = form

    def tell_customer(
        self, change: str, employee: str, customer: str, *, state: str = "", code: str = ""
    ) -> None:
        """Something happened between an employee and a customer."""
        now = self._world.now()
        self._tell(
            lambda app: customer_event(
                app,
                change,
                at=now,
                employee=employee,
                customer=customer,
                state=state,
                welcome_code=code,
            ),
            f"{change}：{self._world.who(customer).name}",
        )

    def tell_members(
        self, chat: Chat, members: Sequence[str], scene: EventJoinScene | QuitScene, *, before: str
    ) -> None:
        """People came or went; ``before`` was the version of the member list."""
        now, versions = self._world.now(), (before, chat.version)
        self._tell(
            lambda app: members_event(
                app,
                at=now,
                chat_id=chat.chat_id,
                scene=scene,
                members=members,
                versions=versions,
                form=self._form,
            ),
            f"change_external_chat：{chat.group.name}成员变更",
        )

    def tell_chat(self, change: str, chat: Chat, *, detail: str = "") -> None:
        """A group was made, changed or dismissed."""
        now = self._world.now()
        self._tell(
            lambda app: chat_event(app, change, at=now, chat_id=chat.chat_id, detail=detail),
            f"change_external_chat：{chat.group.name}{detail or change}",
        )

    def tell_tag(self, change: str, entry_id: str, *, tag_type: str = "") -> None:
        """The tag library was changed."""
        now = self._world.now()
        self._tell(
            lambda app: tag_event(app, change, at=now, entry_id=entry_id, tag_type=tag_type),
            f"change_external_tag：{change}",
        )

    def _tell(self, write: Callable[[App], str], what: str) -> None:
        for app in self._apps:
            self._herald.announce(app.key, write(app), what=what)
