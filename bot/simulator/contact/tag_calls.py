"""The calls on tags: the company's library (92117), and what an employee put on a customer (92118).

An app may change only what it has made itself.
"""

from typing import Any

from bot.simulator.cast import App
from bot.simulator.contact.friends import Friends
from bot.simulator.contact.reading import (
    Body,
    needed,
    read_customer,
    read_employee,
    read_number,
    read_parts,
    read_text,
    read_texts,
)
from bot.simulator.contact.show import Show
from bot.simulator.contact.tags import Tag, TagGroup, TagLibrary
from bot.simulator.frame import Answer, Call
from bot.simulator.limits import CORP_TAGS, TAG_NAME_CHARACTERS
from bot.simulator.refusal import Refused, missing
from bot.simulator.world import World

_ORDER_MAX = 2**32 - 1


class TagCalls:
    """The library as apps see it."""

    def __init__(self, world: World, *, library: TagLibrary, friends: Friends, show: Show) -> None:
        self._world = world
        self._library = library
        self._friends = friends
        self._show = show

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("POST", "externalcontact/get_corp_tag_list", self.read, quiet=True),
            Call("POST", "externalcontact/add_corp_tag", self.add),
            Call("POST", "externalcontact/edit_corp_tag", self.edit),
            Call("POST", "externalcontact/del_corp_tag", self.delete),
            Call("POST", "externalcontact/mark_tag", self.mark),
        ]

    def read(self, _app: App, body: Body) -> Answer:
        """get_corp_tag_list: everything that lives; deleted ones only when asked for by id."""
        library = self._library
        if group_ids := read_texts(body, "group_id"):
            groups = [self._group(group_id) for group_id in group_ids]
            shown = [_group_json(group, library.tags_of(group), by_id=True) for group in groups]
        elif tag_ids := read_texts(body, "tag_id"):
            tags = [self._tag(tag_id) for tag_id in tag_ids]
            shown = [
                _group_json(group, [tag for tag in tags if tag.group == group.id], by_id=True)
                | {"deleted": group.deleted}
                for group in library.groups.values()
                if any(tag.group == group.id for tag in tags)
            ]
        else:
            living = library.living_groups()
            shown = [_group_json(group, library.living_tags_of(group)) for group in living]
        return {"tag_group": shown}

    def add(self, app: App, body: Body) -> Answer:
        """add_corp_tag: into a group by id or name, which is made when there is none."""
        wanted: dict[str, int] = {}
        for tag in read_parts(body, "tag"):
            wanted.setdefault(_name(tag, "name"), _order(tag, 0))
        if not wanted:
            raise missing("tag")
        if group_id := read_text(body, "group_id"):
            group: TagGroup | None = self._living_group(group_id)
            name, order = "", 0
        else:
            name, order = _name(body, "group_name"), _order(body, 0)
            group = self._library.group_called(name)
        names = (
            set() if group is None else {tag.name for tag in self._library.living_tags_of(group)}
        )
        if not names.isdisjoint(wanted):
            raise Refused(40071, "invalid tag name: it exists in the group")
        living = sum(not tag.deleted for tag in self._library.tags.values())
        if living + len(wanted) > CORP_TAGS:
            raise Refused(40126, f"more than {CORP_TAGS} tags")
        made, tags = self._library.add(
            group, name=name, order=order, tags=list(wanted.items()), app=app.key
        )
        self._show.publish_tags()
        return {"tag_group": _group_json(made, tags)}

    def edit(self, app: App, body: Body) -> Answer:
        """edit_corp_tag: a new name or place for a tag or a group."""
        entry = self._own(app, needed(read_text(body, "id"), "id"))
        name, order = read_text(body, "name"), _order(body, entry.order)
        if name:
            _name(body, "name")
            if any(other.name == name for other in self._beside(entry) if other is not entry):
                raise Refused(40071, "invalid tag name: it exists")
        self._library.edit(entry, name=name or entry.name, order=order)
        self._show.publish_tags()
        return {}

    def delete(self, app: App, body: Body) -> Answer:
        """del_corp_tag: tags, and whole groups."""
        tag_ids, group_ids = read_texts(body, "tag_id"), read_texts(body, "group_id")
        if not tag_ids and not group_ids:
            raise missing("tag_id and group_id")
        for entry_id in (*tag_ids, *group_ids):
            self._own(app, entry_id)
        self._library.delete(tag_ids, group_ids)
        self._show.publish_tags()
        return {}

    def mark(self, _app: App, body: Body) -> Answer:
        """mark_tag: what one employee's customer is tagged with."""
        employee, customer = read_employee(self._world, body), read_customer(self._world, body)
        tie = self._friends.tie(employee, customer)
        if tie is None:
            raise Refused(84061, "not external contact of the user")
        add, remove = read_texts(body, "add_tag"), read_texts(body, "remove_tag")
        if not add and not remove:
            raise missing("add_tag and remove_tag")
        for tag_id in (*add, *remove):
            if self._tag(tag_id).deleted:
                raise _no_such_tag()
        self._friends.mark(tie, add=add, remove=remove)
        self._show.publish_customer(customer)
        return {}

    def _tag(self, tag_id: str) -> Tag:
        tag = self._library.tags.get(tag_id)
        if tag is None:
            raise _no_such_tag()
        return tag

    def _group(self, group_id: str) -> TagGroup:
        group = self._library.groups.get(group_id)
        if group is None:
            raise _no_such_tag()
        return group

    def _living_group(self, group_id: str) -> TagGroup:
        group = self._group(group_id)
        if group.deleted:
            raise _no_such_tag()
        return group

    def _own(self, app: App, entry_id: str) -> Tag | TagGroup:
        """A living tag or group that ``app`` has made."""
        entry = self._library.tags.get(entry_id) or self._library.groups.get(entry_id)
        if entry is None or entry.deleted:
            raise _no_such_tag()
        if entry.app != app.key:
            raise Refused(81011, "no permission to change this tag")
        return entry

    def _beside(self, entry: Tag | TagGroup) -> list[Tag] | list[TagGroup]:
        """Those that must not have the same name."""
        if isinstance(entry, TagGroup):
            return self._library.living_groups()
        return self._library.living_tags_of(self._library.groups[entry.group])


def _group_json(group: TagGroup, tags: list[Tag], *, by_id: bool = False) -> dict[str, Any]:
    return {
        "group_id": group.id,
        "group_name": group.name,
        "create_time": int(group.created_at.timestamp()),
        "order": group.order,
        "tag": [
            {
                "id": tag.id,
                "name": tag.name,
                "create_time": int(tag.created_at.timestamp()),
                "order": tag.order,
                **({"deleted": tag.deleted} if by_id else {}),
            }
            for tag in tags
        ],
    }


def _name(body: Body, name: str) -> str:
    return needed(read_text(body, name, characters=TAG_NAME_CHARACTERS).strip(), name)


def _order(body: Body, default: int) -> int:
    return read_number(body, "order", default, least=0, most=_ORDER_MAX)


def _no_such_tag() -> Refused:
    return Refused(40068, "invalid tagid")
