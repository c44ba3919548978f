"""Who is whose friend: ties between employees and customers, and the codes that greet new ones.

A tie belongs to a pair: its remark and its tags are one employee's, not the company's. A welcome
code greets within 20 seconds and before the chat has begun (92137); a welcome begins the chat, so
it greets once.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from bot.settings.schema.bot import BotFile
from bot.simulator.groups import private_room
from bot.simulator.limits import WELCOME_SECONDS
from bot.simulator.world import World

BEFORE: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""When that happened which bot.yaml says is so from the start."""


class AddWay(IntEnum):
    """How a tie came about (92114)."""

    UNKNOWN = 0
    CODE = 1
    SEARCH = 2


@dataclass(slots=True)
class Tie:
    """``state`` is that of the contact way by which the customer came; ``tags`` are tag ids."""

    employee: str
    customer: str
    since: datetime
    state: str = ""
    add_way: AddWay = AddWay.UNKNOWN
    remark: str = ""
    description: str = ""
    company: str = ""
    mobiles: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def room(self) -> str:
        """The chat between the two."""
        return private_room(self.employee, self.customer)


@dataclass(frozen=True, slots=True)
class Half:
    """A customer who has added an employee, and whom the employee has not accepted yet.

    ``said`` is how many messages their chat had by then.
    """

    state: str
    add_way: AddWay
    said: int


@dataclass(frozen=True, slots=True)
class WelcomeCode:
    """Greets ``customer`` in the name of ``employee``, before ``until``.

    ``said`` is how many messages their chat had when it was given out.
    """

    employee: str
    customer: str
    until: datetime
    said: int

    @property
    def room(self) -> str:
        """The chat that it opens."""
        return private_room(self.employee, self.customer)


class Friends:
    """All ties, by employee and customer, in the order in which they came about."""

    def __init__(self, world: World, settings: BotFile) -> None:
        self._world = world
        self.ties: dict[tuple[str, str], Tie] = {
            (employee, customer.user_id): Tie(employee, customer.user_id, BEFORE)
            for customer in settings.simulator.customers
            for employee in customer.friend_of
        }
        self.halves: dict[tuple[str, str], Half] = {}
        self.codes: dict[str, WelcomeCode] = {}

    # Reading

    def tie(self, employee: str, customer: str) -> Tie | None:
        """What is between the two, if they are friends."""
        return self.ties.get((employee, customer))

    def standing(self) -> list[Tie]:
        """All ties between people whom bot.yaml still knows."""
        people, customers = self._world.people, self._world.customers
        ties = self.ties.values()
        return [tie for tie in ties if tie.employee in people and tie.customer in customers]

    def customers_of(self, employee: str) -> list[Tie]:
        """An employee's ties."""
        return [tie for tie in self.standing() if tie.employee == employee]

    def followers_of(self, customer: str) -> list[Tie]:
        """A customer's ties."""
        return [tie for tie in self.standing() if tie.customer == customer]

    def knows(self, employee: str, customer: str) -> bool:
        """Whether the two are friends, or half."""
        return (employee, customer) in self.ties or (employee, customer) in self.halves

    def said(self, employee: str, customer: str) -> int:
        """How many messages the chat between the two has."""
        return len(self._world.rooms.get(private_room(employee, customer), ()))

    def last_word(self, tie: Tie) -> datetime:
        """When the two last had to do with each other."""
        messages = self._world.rooms.get(tie.room)
        return messages[-1].at if messages else tie.since

    # Happenings

    def befriend(self, employee: str, customer: str, *, state: str, add_way: AddWay) -> Tie:
        """The two are friends from now on."""
        self._world.happen(
            "contact.tied", employee=employee, customer=customer, state=state, add_way=add_way
        )
        return self.ties[employee, customer]

    def half_befriend(self, employee: str, customer: str, *, state: str, add_way: AddWay) -> None:
        """The customer has added the employee, who has yet to accept him."""
        said = self.said(employee, customer)
        self._world.happen(
            "contact.half",
            employee=employee,
            customer=customer,
            state=state,
            add_way=add_way,
            said=said,
        )

    def cut(self, employee: str, customer: str) -> None:
        """They are friends no more, nor half."""
        self._world.happen("contact.cut", employee=employee, customer=customer)

    def note(self, tie: Tie, **changes: str | list[str]) -> None:
        """Change remark, description, company or mobiles of a tie."""
        self._world.happen(
            "contact.noted", employee=tie.employee, customer=tie.customer, changes=changes
        )

    def mark(self, tie: Tie, *, add: list[str], remove: list[str]) -> None:
        """Add and remove tags, by their ids."""
        self._world.happen(
            "contact.marked", employee=tie.employee, customer=tie.customer, add=add, remove=remove
        )

    def issue_code(self, employee: str, customer: str) -> str:
        """A code that greets the customer."""
        code = self._world.new_id()
        said = self.said(employee, customer)
        self._world.happen(
            "contact.code", code=code, employee=employee, customer=customer, said=said
        )
        return code

    # Applying

    def apply(self, data: dict[str, Any]) -> bool:
        """See ``Part``."""
        match data["t"]:
            case "contact.tied":
                pair = data["employee"], data["customer"]
                at, way = datetime.fromisoformat(data["at"]), AddWay(data["add_way"])
                self.halves.pop(pair, None)
                self.ties[pair] = Tie(*pair, at, data["state"], way)
            case "contact.half":
                half = Half(data["state"], AddWay(data["add_way"]), data["said"])
                self.halves[data["employee"], data["customer"]] = half
            case "contact.cut":
                self.halves.pop((data["employee"], data["customer"]), None)
                self.ties.pop((data["employee"], data["customer"]), None)
            case "contact.noted" | "contact.marked":
                self._change(data)
            case "contact.code":
                until = datetime.fromisoformat(data["at"]) + timedelta(seconds=WELCOME_SECONDS)
                self.codes[data["code"]] = WelcomeCode(
                    data["employee"], data["customer"], until, data["said"]
                )
            case _:
                return False
        return True

    def _change(self, data: dict[str, Any]) -> None:
        tie = self.tie(data["employee"], data["customer"])
        if tie is None:
            return  # it was one of an older bot.yaml
        if data["t"] == "contact.noted":
            for name, value in data["changes"].items():
                setattr(tie, name, value)
            return
        kept = [tag for tag in tie.tags if tag not in data["remove"]]
        tie.tags = list(dict.fromkeys([*kept, *data["add"]]))
