"""The tag library as an administrator changes it in the console: by hand, so the apps are told."""

from collections.abc import Sequence

from bot.simulator.contact.announcer import Announcer
from bot.simulator.contact.records import Records
from bot.simulator.contact.show import Show
from bot.simulator.contact.tags import Tag, TagGroup
from bot.simulator.inputs import BadInput
from bot.simulator.limits import TAG_NAME_CHARACTERS


class Console:
    """Tags and groups go by id or name. All methods raise BadInput."""

    def __init__(self, records: Records, announcer: Announcer, show: Show) -> None:
        self._library = records.tag_library
        self._announcer = announcer
        self._show = show

    def add(self, group_name: str, names: list[str]) -> None:
        """Add tags to a group, which is made when there is none."""
        _check(group_name, *names)
        group = self._library.group_called(group_name)
        there = set() if group is None else self._names(group)
        if len(set(names)) < len(names) or not there.isdisjoint(names):
            raise BadInput("同一组里的标签不能重名")
        tags = [(name, 0) for name in names]
        made, new = self._library.add(group, name=group_name, order=0, tags=tags, app="")
        if group is None:
            self._announcer.tell_tag("create", made.id, tag_type="tag_group")
        for tag in new:
            self._announcer.tell_tag("create", tag.id, tag_type="tag")
        self._show.publish_tags()

    def rename(self, name: str, new_name: str) -> None:
        """A tag or a group is called otherwise."""
        _check(new_name)
        entry = self._entry(name)
        if isinstance(entry, Tag):
            others = self._names(self._library.groups[entry.group])
        else:
            others = {group.name for group in self._library.living_groups()}
        if new_name in others:
            raise BadInput(f"已经有叫 {new_name} 的了")
        self._library.edit(entry, name=new_name, order=entry.order)
        self._announcer.tell_tag("update", entry.id, tag_type=_type_of(entry))
        self._show.publish_tags()

    def delete(self, name: str) -> None:
        """A tag goes, or a group with all its tags."""
        entry = self._entry(name)
        single = isinstance(entry, Tag)
        self._library.delete([entry.id] if single else [], [] if single else [entry.id])
        self._announcer.tell_tag("delete", entry.id, tag_type=_type_of(entry))
        self._show.publish_tags()

    def shuffle(self, group_name: str) -> None:
        """The tags of a group stand in the opposite order; no name: the groups do."""
        group = self._group(group_name) if group_name else None
        shown: Sequence[Tag | TagGroup] = self._library.living_groups()
        if group is not None:
            shown = self._library.living_tags_of(group)
        for order, entry in enumerate(shown):
            self._library.edit(entry, name=entry.name, order=order)
        self._announcer.tell_tag("shuffle", "" if group is None else group.id)
        self._show.publish_tags()

    def _entry(self, name: str) -> Tag | TagGroup:
        tags = (tag for tag in self._library.tags.values() if not tag.deleted)
        tag = next((tag for tag in tags if name in {tag.id, tag.name}), None)
        return tag or self._group(name)

    def _group(self, name: str) -> TagGroup:
        groups = self._library.living_groups()
        group = next((group for group in groups if name in {group.id, group.name}), None)
        if group is None:
            raise BadInput(f"没有叫 {name} 的标签或标签组", status=404)
        return group

    def _names(self, group: TagGroup) -> set[str]:
        return {tag.name for tag in self._library.living_tags_of(group)}


def _type_of(entry: Tag | TagGroup) -> str:
    return "tag" if isinstance(entry, Tag) else "tag_group"


def _check(*names: str) -> None:
    if any(len(name) > TAG_NAME_CHARACTERS for name in names):
        raise BadInput(f"标签名最多 {TAG_NAME_CHARACTERS} 个字")
