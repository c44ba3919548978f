"""members.yaml: rules name tags that exist, and words belong to messages."""

from collections.abc import Iterator

from bot.settings.checks.draft import Check, Draft, repeated
from bot.settings.nearest import nearest
from bot.settings.problems import Finding
from bot.settings.schema.members import Act

FILE = "members.yaml"


def check_tags(draft: Draft) -> Iterator[Finding]:
    """Tags have keys of their own."""
    for index, first in repeated(tag.key for tag in draft.members.tags):
        what = f"the same key as tags[{first}]"
        yield Finding(FILE, ("tags", index, "key"), what, "give each tag its own key")


def check_rule_tags(draft: Draft) -> Iterator[Finding]:
    """A rule's tag exists."""
    known = [tag.key for tag in draft.members.tags]
    for index, rule in enumerate(draft.members.rules):
        if rule.tag not in known:
            what = "there is no tag with this key"
            yield Finding(FILE, ("rules", index, "tag"), what, nearest(rule.tag, known))


def check_rule_words(draft: Draft) -> Iterator[Finding]:
    """Only messages have words to look for."""
    for index, rule in enumerate(draft.members.rules):
        if rule.act is Act.MESSAGE:
            continue
        for key, words in (("keywords", rule.keywords), ("unless", rule.unless)):
            if words:
                what = f"act {rule.act} has no words"
                instead = f"remove {key}, or write act: message"
                yield Finding(FILE, ("rules", index, key), what, instead, "key")


_RULES = frozenset({"members.rules"})
_TAGS = frozenset({"members.tags"})

CHECKS = (
    Check(check_tags, reads=_TAGS),
    Check(check_rule_tags, reads=_RULES, whole=_TAGS),
    Check(check_rule_words, reads=_RULES),
)
