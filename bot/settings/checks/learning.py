"""persona.yaml, learning: whoever may answer is known by a tag that exists."""

from collections.abc import Iterator

from bot.settings.checks.draft import Check, Draft
from bot.settings.nearest import nearest
from bot.settings.problems import Finding

FILE = "persona.yaml"


def check_tags(draft: Draft) -> Iterator[Finding]:
    """Super users hold tags of members.yaml."""
    known = [tag.key for tag in draft.members.tags]
    for index, tag in enumerate(draft.persona.learning.super_user_tags):
        if tag not in known:
            what = "there is no tag with this key in members.yaml"
            path = ("learning", "super_user_tags", index)
            yield Finding(FILE, path, what, nearest(tag, known))


CHECKS = (
    Check(check_tags, reads=frozenset({"persona.learning"}), whole=frozenset({"members.tags"})),
)
