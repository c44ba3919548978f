"""Where a group's plan stands, read from the files and the database without starting anything."""

from bot.cli.location import Location
from bot.core.ids import GroupKey
from bot.members.submissions.files import MEDIA_FOLDER, PictureFiles
from bot.members.submissions.submissions import read_adopted_from
from bot.schedules.decide import Situation
from bot.schedules.edits import READ_EDITS, edits_of
from bot.schedules.records import History, read_history_from
from bot.schedules.shelf import shelf_of
from bot.settings.schema.bot import Group
from bot.settings.settings import Settings


def count_members(location: Location, group_key: GroupKey) -> int:
    """How many people are in a group; 0 before the program has run. Raises StoreError."""
    if location.is_empty:
        return 0
    with location.reading() as connection:
        row = connection.execute(
            "SELECT count(*) FROM membership WHERE group_key = ? AND left_at IS NULL", [group_key]
        ).fetchone()
    return int(row[0])


def read_situation(location: Location, settings: Settings, group: Group) -> Situation:
    """All that decides about the group's posts. Raises StoreError, in words."""
    key = GroupKey(group.key)
    if location.is_empty:
        return Situation(settings, group, shelf_of(settings), History())
    files = PictureFiles(location.directory / MEDIA_FOLDER)
    with location.reading() as connection:
        return Situation(
            settings=settings,
            group=group,
            shelf=shelf_of(settings, read_adopted_from(connection, settings, files)),
            history=read_history_from(connection, key),
            edits=edits_of(connection.execute(READ_EDITS, [key]).fetchall()),
        )


def groups_with_plan(settings: Settings, wanted: str) -> tuple[Group, ...] | str:
    """The groups that have a plan, or the ``wanted`` one of them; a sentence when it has none."""
    scheduled = [group for group in settings.bot.groups if group.scheduled]
    groups = tuple(group for group in scheduled if wanted in ("", group.key))
    if groups:
        return groups
    known = ", ".join(group.key for group in scheduled)
    named = f"group {wanted} with a plan" if wanted else "group with a plan"
    return f"there is no {named}; bot.yaml has: {known}"
