"""What people do with each other: customers add and drop employees, employees accept and note.

All of it is done by hand, so the apps are told. A welcome code comes with a new friend unless the
chat has begun (which a welcome to somebody half added does), the console greets by itself, or he
is of another company (92277, 92137).
"""

import re
from dataclasses import dataclass
from typing import Final

from bot.simulator.contact.announcer import Announcer
from bot.simulator.contact.friends import AddWay, Half, Tie
from bot.simulator.contact.records import Records
from bot.simulator.contact.show import Show
from bot.simulator.contact.ways import Way, WayKind
from bot.simulator.groups import private_room
from bot.simulator.inputs import BadInput
from bot.simulator.limits import DESCRIPTION_CHARACTERS, REMARK_CHARACTERS
from bot.simulator.shapes import Draft, Kind, Message, Sender, SenderKind
from bot.simulator.union_ids import union_id_of
from bot.simulator.world import World

_CUSTOMER_ID: Final = re.compile(r"w[mo][A-Za-z0-9_-]{1,62}")
_OTHER_COMPANY: Final = "wo"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A customer comes to an employee, by a contact way or because he has found him.

    ``console_greets`` tells that the console holds a welcome of its own for this employee.
    """

    customer: str
    employee: str
    console_greets: bool
    way: Way | None = None

    @property
    def state(self) -> str:
        """What the way brings along."""
        return "" if self.way is None else self.way.state

    @property
    def add_way(self) -> AddWay:
        """How the platform calls it."""
        return AddWay.SEARCH if self.way is None else AddWay.CODE


class Friendship:
    """Ties as they are made, changed and cut. All methods raise BadInput."""

    def __init__(self, world: World, records: Records, announcer: Announcer, show: Show) -> None:
        self._world = world
        self._friends = records.friends
        self._library = records.tag_library
        self._ways = records.ways
        self._announcer = announcer
        self._show = show

    def new_customer(self, name: str, user_id: str = "") -> str:
        """Somebody whom nobody knows yet; the id is made up unless it is given."""
        user_id = user_id or f"wm{self._world.new_id()}"
        if not _CUSTOMER_ID.fullmatch(user_id):
            raise BadInput("客户编号以 wm 或 wo 开头，最多 64 位，只能用字母、数字和 _ -")
        if user_id in self._world.customers or user_id in self._world.people:
            raise BadInput(f"编号 {user_id} 已经有人用了")
        self._world.add_customer(user_id, name)
        self._show.publish_customer(user_id)
        return user_id

    def meet(self, customer: str, *, employee: str, way_name: str, console_greets: bool) -> Meeting:
        """How the two meet: by the way of this config id or state, else by the employee himself.

        A way without an employee named brings its first one.
        """
        if not way_name:
            return Meeting(customer, employee, console_greets)
        way = self._ways.find(WayKind.FRIEND, way_name)
        if way is None:
            raise BadInput(f"没有「联系我」{way_name}", status=404)
        if not way.is_open(self._world.now()):
            raise BadInput("这个「联系我」已经失效")
        if way.fields.get("unionid", union_id_of(customer)) != union_id_of(customer):
            raise BadInput("这个「联系我」是给别人的")
        employee = employee or way.employees[0]
        if employee not in way.employees:
            raise BadInput(f"这个「联系我」不添加 {employee}")
        return Meeting(customer, employee, console_greets, way)

    def add(self, meeting: Meeting) -> None:
        """The two are friends at once."""
        self._check_strange(meeting)
        half = self._friends.halves.get((meeting.employee, meeting.customer))
        self._befriend(meeting, meeting.state, meeting.add_way, half)
        self._use(meeting)

    def half_add(self, meeting: Meeting) -> None:
        """The customer has added the employee, who has yet to accept him."""
        self._check_strange(meeting)
        employee, customer = meeting.employee, meeting.customer
        if (employee, customer) in self._friends.halves:
            raise BadInput("对方还没有确认")
        if meeting.way is not None and not meeting.way.fields["skip_verify"]:
            raise BadInput("这个「联系我」需要对方确认，客户不会先进来")
        self._friends.half_befriend(
            employee, customer, state=meeting.state, add_way=meeting.add_way
        )
        code = self._code(meeting, None)
        self._tell_new("add_half_external_contact", meeting, meeting.state, code)
        self._use(meeting)

    def accept(self, meeting: Meeting) -> None:
        """An employee accepts somebody who is half added."""
        half = self._friends.halves.get((meeting.employee, meeting.customer))
        if half is None:
            raise BadInput("对方没有在等待确认")
        self._befriend(meeting, half.state, half.add_way, half)

    def drop_by_customer(self, customer: str, employee: str) -> None:
        """A customer deletes an employee."""
        self._cut(customer, employee, "del_follow_user")

    def drop_by_employee(self, customer: str, employee: str) -> None:
        """An employee deletes a customer."""
        self._cut(customer, employee, "del_external_contact")

    def note(
        self,
        customer: str,
        employee: str,
        *,
        remark: str | None,
        description: str | None,
        add: list[str],
        remove: list[str],
    ) -> Tie:
        """An employee edits what he notes about a customer; tags go by id or name."""
        tie = self.tie(customer, employee)
        tags = [self._tag(name) for name in add], [self._tag(name) for name in remove]
        if len(remark or "") > REMARK_CHARACTERS:
            raise BadInput(f"备注最多 {REMARK_CHARACTERS} 个字")
        if len(description or "") > DESCRIPTION_CHARACTERS:
            raise BadInput(f"描述最多 {DESCRIPTION_CHARACTERS} 个字")
        given = {"remark": remark, "description": description}
        words = {name: value for name, value in given.items() if value is not None}
        if not words and not any(tags):
            raise BadInput("请写 remark、description、add_tags 或 remove_tags")
        if words:
            self._friends.note(tie, **words)
        if any(tags):
            self._friends.mark(tie, add=tags[0], remove=tags[1])
        self._announcer.tell_customer("edit_external_contact", employee, customer)
        self._show.publish_customer(customer)
        return tie

    def say(self, customer: str, employee: str, speaker: str, text: str) -> Message:
        """One of the two writes to the other; no app hears it."""
        self._check_known(customer, employee)
        if speaker not in {customer, employee}:
            raise BadInput("from 要写客户或员工自己")
        sender = Sender(SenderKind.USER, speaker, self._world.who(speaker).name)
        room = self.room(customer, employee)
        return self._world.post(room, sender, Draft(Kind.TEXT, text))

    def room(self, customer: str, employee: str) -> str:
        """The chat between the two."""
        return private_room(employee, customer)

    def tie(self, customer: str, employee: str) -> Tie:
        """What is between the two."""
        tie = self._friends.tie(employee, customer)
        if tie is None:
            raise _no_friends()
        return tie

    def _check_known(self, customer: str, employee: str) -> None:
        if not self._friends.knows(employee, customer):
            raise _no_friends()

    def _check_strange(self, meeting: Meeting) -> None:
        if self._friends.tie(meeting.employee, meeting.customer) is not None:
            raise BadInput("他们已经是好友了")

    def _befriend(self, meeting: Meeting, state: str, add_way: AddWay, half: Half | None) -> None:
        self._friends.befriend(meeting.employee, meeting.customer, state=state, add_way=add_way)
        self._tell_new("add_external_contact", meeting, state, self._code(meeting, half))

    def _code(self, meeting: Meeting, half: Half | None) -> str:
        """A welcome code, empty where none is given out; ``half`` is what was before."""
        employee, customer = meeting.employee, meeting.customer
        begun = half is not None and self._friends.said(employee, customer) > half.said
        if begun or meeting.console_greets or customer.startswith(_OTHER_COMPANY):
            return ""
        return self._friends.issue_code(employee, customer)

    def _tell_new(self, change: str, meeting: Meeting, state: str, code: str) -> None:
        self._announcer.tell_customer(
            change, meeting.employee, meeting.customer, state=state, code=code
        )
        self._show.publish_customer(meeting.customer)

    def _use(self, meeting: Meeting) -> None:
        if meeting.way is not None:
            self._ways.use(meeting.way)
            self._show.publish_ways()

    def _cut(self, customer: str, employee: str, change: str) -> None:
        self._check_known(customer, employee)
        self._friends.cut(employee, customer)
        self._announcer.tell_customer(change, employee, customer)
        self._show.publish_customer(customer)

    def _tag(self, name: str) -> str:
        """The id of a living tag."""
        living = [tag for tag in self._library.tags.values() if not tag.deleted]
        found = [tag.id for tag in living if name in {tag.id, tag.name}]
        if not found:
            raise BadInput(f"没有叫 {name} 的企业标签", status=404)
        return found[0]


def _no_friends() -> BadInput:
    return BadInput("他们不是好友")
