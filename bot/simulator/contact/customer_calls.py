"""The calls on customers: whose they are, what is noted about them.

Source: 92571 employees, 92113 list, 92114 details, 92994 details of several employees' customers,
92115 remarks.
"""

from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.cast import App
from bot.simulator.contact.friends import Friends, Tie
from bot.simulator.contact.reading import (
    Body,
    page_of,
    read_customer,
    read_employee,
    read_employees,
    read_number,
    read_text,
    read_texts,
)
from bot.simulator.contact.show import Show
from bot.simulator.contact.tags import TagLibrary
from bot.simulator.frame import Answer, Call
from bot.simulator.limits import (
    CONTACT_EMPLOYEES,
    CONTACT_PAGE,
    DESCRIPTION_CHARACTERS,
    FOLLOWERS_PAGE,
    REMARK_CHARACTERS,
)
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused, missing
from bot.simulator.union_ids import union_id_of
from bot.simulator.world import World

_COMPANY_TAG: Final = 1
_WECHAT, _WECOM = 1, 2


class CustomerCalls:
    """Customers as apps see them."""

    def __init__(
        self,
        world: World,
        *,
        friends: Friends,
        library: TagLibrary,
        media: MediaStore,
        show: Show,
    ) -> None:
        self._world = world
        self._friends = friends
        self._library = library
        self._media = media
        self._show = show

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("GET", "externalcontact/get_follow_user_list", self.list_employees, quiet=True),
            Call("GET", "externalcontact/list", self.list_customers, quiet=True),
            Call("GET", "externalcontact/get", self.read, quiet=True),
            Call("POST", "externalcontact/batch/get_by_user", self.read_many, quiet=True),
            Call("POST", "externalcontact/remark", self.remark),
        ]

    def list_employees(self, _app: App, _parameters: Body) -> Answer:
        """get_follow_user_list: everyone here may have customers."""
        return {"follow_user": list(self._world.people)}

    def list_customers(self, _app: App, parameters: Body) -> Answer:
        """externalcontact/list: the customers of an employee."""
        ties = self._friends.customers_of(read_employee(self._world, parameters))
        if not ties:
            raise _no_relation()
        return {"external_userid": [tie.customer for tie in ties]}

    def read(self, _app: App, parameters: Body) -> Answer:
        """externalcontact/get: a customer, and what each of his employees notes about him."""
        customer = read_customer(self._world, parameters)
        ties = self._friends.followers_of(customer)
        if not ties:
            raise _no_relation()
        page, cursor = page_of(ties, parameters, FOLLOWERS_PAGE)
        follow_users = [{**_notes(tie), "tags": self._tags(tie)} for tie in page]
        more = {"next_cursor": cursor} if cursor else {}
        contact = self._customer_json(customer)
        return {"external_contact": contact, "follow_user": follow_users, **more}

    def read_many(self, _app: App, body: Body) -> Answer:
        """batch/get_by_user: all customers of up to 100 employees, page by page."""
        read_texts(body, "userid_list", most=CONTACT_EMPLOYEES)
        employees = read_employees(self._world, body, "userid_list")
        if not employees:
            raise missing("userid_list")
        limit = read_number(body, "limit", 50, least=1, most=CONTACT_PAGE)
        ties = [tie for employee in employees for tie in self._friends.customers_of(employee)]
        page, cursor = page_of(ties, body, limit)
        contacts = [
            {
                "external_contact": self._customer_json(tie.customer),
                "follow_info": {
                    **_notes(tie),
                    "tag_id": [tag.id for tag in self._library.living(tie.tags)],
                },
            }
            for tie in page
        ]
        return {"external_contact_list": contacts, "next_cursor": cursor}

    def remark(self, app: App, body: Body) -> Answer:
        """externalcontact/remark: what one employee notes about a customer."""
        employee, customer = read_employee(self._world, body), read_customer(self._world, body)
        tie = self._friends.tie(employee, customer)
        if tie is None:
            raise _no_relation()
        picture = read_text(body, "remark_pic_mediaid")
        if picture:
            self._media.take(app.corp_id, picture, MediaKind.IMAGE)
        changes: dict[str, str | list[str]] = {}
        if remark := read_text(body, "remark", characters=REMARK_CHARACTERS):
            changes["remark"] = remark
        if words := read_text(body, "description", characters=DESCRIPTION_CHARACTERS):
            changes["description"] = words
        if company := read_text(body, "remark_company", characters=REMARK_CHARACTERS):
            changes["company"] = company
        if mobiles := read_texts(body, "remark_mobiles"):
            changes["mobiles"] = [mobile for mobile in mobiles if mobile]
        if not changes and not picture:
            raise missing("remark, description, remark_company, remark_mobiles")
        self._friends.note(tie, **changes)
        self._show.publish_customer(customer)
        return {}

    def _customer_json(self, customer: str) -> dict[str, Any]:
        shown = {
            "external_userid": customer,
            "name": self._world.customers[customer],
            "avatar": "",
            "gender": 0,
        }
        if customer.startswith("wo"):  # somebody of another company
            return {**shown, "type": _WECOM, "corp_name": "", "corp_full_name": ""}
        return {**shown, "type": _WECHAT, "unionid": union_id_of(customer)}

    def _tags(self, tie: Tie) -> list[dict[str, Any]]:
        return [
            {
                "group_name": self._library.groups[tag.group].name,
                "tag_name": tag.name,
                "tag_id": tag.id,
                "type": _COMPANY_TAG,
            }
            for tag in self._library.living(tie.tags)
        ]


def _notes(tie: Tie) -> dict[str, Any]:
    """What both reading calls tell of a tie; it was the customer who began it."""
    notes: dict[str, Any] = {
        "userid": tie.employee,
        "remark": tie.remark,
        "description": tie.description,
        "createtime": int(tie.since.timestamp()),
        "remark_corp_name": tie.company,
        "remark_mobiles": tie.mobiles,
        "add_way": int(tie.add_way),
        "oper_userid": tie.customer,
    }
    return {**notes, "state": tie.state} if tie.state else notes


def _no_relation() -> Refused:
    return Refused(84061, "no external contact relation")
