"""What people do with customer groups: they come and go, owners rename, announce and dismiss.

All of it is done by hand, so the apps are told. Whoever comes by a join way keeps its state
(92229). Who invited somebody is known only of employees: customers bring customers unseen (92122).
"""

from bot.simulator.contact.announcer import Announcer
from bot.simulator.contact.chats import Chat, JoinScene
from bot.simulator.contact.payloads import EventJoinScene, QuitScene
from bot.simulator.contact.records import Records
from bot.simulator.contact.show import Show
from bot.simulator.contact.ways import Way, WayKind
from bot.simulator.groups import Group
from bot.simulator.inputs import BadInput
from bot.simulator.shapes import Draft, Kind, Sender, SenderKind
from bot.simulator.world import World


class Gathering:
    """Customer groups as they are made, joined, left and changed. All methods raise BadInput."""

    def __init__(self, world: World, records: Records, announcer: Announcer, show: Show) -> None:
        self._world = world
        self._chats = records.chats
        self._ways = records.ways
        self._announcer = announcer
        self._show = show

    def make(self, owner: str, name: str, members: list[str]) -> Chat:
        """An employee makes a group with others, customers or not."""
        contact = next(iter(self._world.cast.contacts), "")
        if not contact:
            raise BadInput("没有接到模拟平台的客户联系", status=404)
        everybody = list(dict.fromkeys((owner, *members)))
        chat = self._chats.make(contact, name=name, owner=owner, members=everybody)
        self._notice(chat, f"{self._name(owner)} 建了群「{name}」")
        self._announcer.tell_chat("create", chat)
        self._show.publish_chat(chat)
        return chat

    def way(self, name: str, group: Group | None = None) -> Way:
        """The join way of this config id or state, which must lead into ``group`` if one is given.

        Of several ways with one state the newest is meant.
        """
        way = self._ways.find(WayKind.GROUP, name)
        if way is None:
            raise BadInput(f"没有入群方式 {name}", status=404)
        if group is not None and self.chat(group).chat_id not in way.chat_ids:
            raise BadInput(f"入群方式 {name} 不通往群「{group.name}」")
        return way

    def behind(self, way: Way) -> Chat:
        """The group into which a join way leads now: the first that is still there."""
        chats = (self._chats.called(chat_id) for chat_id in way.chat_ids)
        chat = next((chat for chat in chats if chat and not chat.group.dismissed), None)
        if chat is None:
            raise BadInput("这个入群方式的群都已经解散")
        return chat

    def scan(self, group: Group, user_id: str, way: Way | None = None) -> None:
        """Somebody comes in by the group's own code, or by the code of a join way."""
        state = "" if way is None else way.state
        self._come(self.chat(group), [user_id], JoinScene.CODE, state=state)

    def invite(self, group: Group, inviter: str, guests: list[str], scene: JoinScene) -> None:
        """A member brings others in, at once (INVITED) or by a link that they follow (LINK)."""
        chat = self.chat(group)
        self._member(chat, inviter)
        self._come(chat, guests, scene, invitor=inviter if inviter in self._world.people else "")

    def leave(self, group: Group, user_id: str) -> None:
        """A member leaves by himself."""
        self._go(self.chat(group), user_id, QuitScene.LEFT)

    def remove(self, group: Group, user_id: str, remover: str) -> None:
        """The owner or an admin removes a member."""
        chat = self.chat(group)
        if remover not in {chat.owner, *chat.admins}:
            raise BadInput("只有群主和管理员可以移出成员")
        self._go(chat, user_id, QuitScene.REMOVED)

    def rename(self, group: Group, name: str) -> None:
        """The group is called otherwise."""
        self._change(group, "change_name", f"群名改为「{name}」", name=name)

    def announce(self, group: Group, notice: str) -> None:
        """The group has another notice."""
        self._change(group, "change_notice", f"群公告：{notice}", notice=notice)

    def hand_over(self, group: Group, owner: str) -> None:
        """Another employee in the group owns it now."""
        if owner not in self._world.people:
            raise BadInput("群主只能是企业成员")
        self._member(self.chat(group), owner)
        self._change(group, "change_owner", f"{self._name(owner)} 成为新群主", owner=owner)

    def dismiss(self, group: Group) -> None:
        """The group is over."""
        chat = self.chat(group)
        self._chats.dismiss(chat)
        self._notice(chat, "群聊已解散")
        self._announcer.tell_chat("dismiss", chat)
        self._show.publish_chat(chat)

    def chat(self, group: Group) -> Chat:
        """What customer contact knows of ``group``, while it is there."""
        if not group.contact:
            raise BadInput(f"「{group.name}」不是客户群")
        if group.dismissed:
            raise BadInput(f"群「{group.name}」已经解散")
        return self._chats.of(group)

    def _come(
        self, chat: Chat, who: list[str], scene: JoinScene, *, state: str = "", invitor: str = ""
    ) -> None:
        inside = [self._name(user_id) for user_id in who if user_id in chat.stays]
        if inside:
            raise BadInput(f"{'、'.join(inside)} 已经在群里了")
        before = chat.version
        self._chats.join(chat, who, scene=scene, state=state, invitor=invitor)
        told = EventJoinScene.CODE if scene is JoinScene.CODE else EventJoinScene.INVITED
        self._announcer.tell_members(chat, who, told, before=before)
        self._show.publish_chat(chat)
        self._notice(chat, f"{'、'.join(self._name(user_id) for user_id in who)} 加入了群聊")

    def _go(self, chat: Chat, user_id: str, scene: QuitScene) -> None:
        if user_id == chat.owner:
            raise BadInput("群主要先把群交给别人")
        before = chat.version
        self._chats.leave(chat, user_id)
        self._announcer.tell_members(chat, [user_id], scene, before=before)
        self._show.publish_chat(chat)
        how = "离开了群聊" if scene is QuitScene.LEFT else "被移出群聊"
        self._notice(chat, f"{self._name(user_id)} {how}")

    def _change(self, group: Group, detail: str, words: str, **changes: str) -> None:
        chat = self.chat(group)
        self._chats.change(chat, **changes)
        self._announcer.tell_chat("update", chat, detail=detail)
        self._show.publish_chat(chat)
        self._notice(chat, words)

    def _member(self, chat: Chat, user_id: str) -> None:
        if user_id not in chat.stays:
            raise BadInput(f"{self._name(user_id)} 不在群「{chat.group.name}」里", status=404)

    def _name(self, user_id: str) -> str:
        return self._world.who(user_id).name

    def _notice(self, chat: Chat, text: str) -> None:
        sender = Sender(SenderKind.SYSTEM, "", "")
        self._world.post(chat.group.room, sender, Draft(Kind.NOTICE, text))
