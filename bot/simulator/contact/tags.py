"""The company's tag library (企业标签): groups of tags. What was deleted stays known by its id.

A group lives as long as one of its tags does.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.simulator.world import World


@dataclass(slots=True)
class TagGroup:
    """A group of tags; ``app`` is the key of the app that made it, empty for the console."""

    id: str
    name: str
    order: int
    created_at: datetime
    app: str
    deleted: bool = False


@dataclass(slots=True)
class Tag:
    """A tag; ``group`` is the id of its group."""

    id: str
    group: str
    name: str
    order: int
    created_at: datetime
    app: str
    deleted: bool = False


class TagLibrary:
    """Groups and tags by id, deleted ones included. A higher ``order`` stands further up."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.groups: dict[str, TagGroup] = {}
        self.tags: dict[str, Tag] = {}

    # Reading

    def living_groups(self) -> list[TagGroup]:
        """The groups that are not deleted, as they are shown."""
        living = [group for group in self.groups.values() if not group.deleted]
        return sorted(living, key=lambda group: -group.order)

    def tags_of(self, group: TagGroup) -> list[Tag]:
        """All tags of a group, as they are shown."""
        tags = [tag for tag in self.tags.values() if tag.group == group.id]
        return sorted(tags, key=lambda tag: -tag.order)

    def living_tags_of(self, group: TagGroup) -> list[Tag]:
        """Those that are not deleted."""
        return [tag for tag in self.tags_of(group) if not tag.deleted]

    def living(self, tag_ids: list[str]) -> list[Tag]:
        """The tags of these ids that are not deleted."""
        tags = [self.tags[tag_id] for tag_id in tag_ids if tag_id in self.tags]
        return [tag for tag in tags if not tag.deleted]

    def group_called(self, name: str) -> TagGroup | None:
        """The living group of this name."""
        return next((group for group in self.living_groups() if group.name == name), None)

    # Happenings

    def add(
        self,
        group: TagGroup | None,
        *,
        name: str,
        order: int,
        tags: list[tuple[str, int]],
        app: str,
    ) -> tuple[TagGroup, list[Tag]]:
        """Add ``tags`` (name, order) to ``group``, or to a new one of this name and order."""
        group_id = self._new_id() if group is None else group.id
        made = [{"id": self._new_id(), "name": tag, "order": place} for tag, place in tags]
        self._world.happen(
            "contact.tags", group=group_id, name=name, order=order, tags=made, app=app
        )
        return self.groups[group_id], [self.tags[str(tag["id"])] for tag in made]

    def edit(self, entry: Tag | TagGroup, *, name: str, order: int) -> None:
        """Rename or move a tag or a group."""
        self._world.happen("contact.tag_edited", id=entry.id, name=name, order=order)

    def delete(self, tag_ids: list[str], group_ids: list[str]) -> None:
        """Delete tags, and groups with all their tags; what runs empty goes too."""
        self._world.happen("contact.tags_deleted", tags=tag_ids, groups=group_ids)

    # Applying

    def apply(self, data: dict[str, Any]) -> bool:
        """See ``Part``."""
        match data["t"]:
            case "contact.tags":
                self._add(data, datetime.fromisoformat(data["at"]))
            case "contact.tag_edited":
                entry = self.tags.get(data["id"]) or self.groups[data["id"]]
                entry.name, entry.order = data["name"], data["order"]
            case "contact.tags_deleted":
                self._delete(data["tags"], data["groups"])
            case _:
                return False
        return True

    def _add(self, data: dict[str, Any], at: datetime) -> None:
        group_id, app = data["group"], data["app"]
        group = TagGroup(group_id, data["name"], data["order"], at, app)
        self.groups.setdefault(group_id, group)
        for tag in data["tags"]:
            self.tags[tag["id"]] = Tag(tag["id"], group_id, tag["name"], tag["order"], at, app)

    def _delete(self, tag_ids: list[str], group_ids: list[str]) -> None:
        for tag in self.tags.values():
            if tag.id in tag_ids or tag.group in group_ids:
                tag.deleted = True
        for group in self.groups.values():
            group.deleted = group.deleted or not self.living_tags_of(group)

    def _new_id(self) -> str:
        return f"et{self._world.new_id()}"
