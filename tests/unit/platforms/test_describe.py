"""The capability table in words: nothing of it is left untold."""

from dataclasses import fields, replace
from typing import Any

import pytest

from bot.channels.http import send_result
from bot.core.events import EventKind, MediaKind
from bot.core.messages import TargetKind
from bot.core.ports import Capabilities, Hears, Outcome, Pause, Rate, Window
from bot.platforms.describe import FOLLOWS, NAMES, facts, render_channels
from bot.platforms.errcodes import ACCOUNT, WECOM
from bot.platforms.table import CAPABILITIES

PEOPLE = frozenset({TargetKind.PERSON})
TOLD: dict[str, tuple[Any, tuple[str, str]]] = {
    "hears_in_groups": (Hears.EVERYTHING, ("hears in groups", "every message")),
    "hears_in_private": (True, ("hears in private", "yes")),
    "sees_members": (True, ("sees members", "yes")),
    "answers_in_request": (True, ("answers", "at once")),
    "answers_later": (True, ("answers", "later")),
    "streams": (True, ("answers", "in a stream")),
    "answers_wait": (True, ("answers", "whenever it is ready")),
    "changes_cards_later": (True, ("changes a tapped card", "also later")),
    "pushes_to": (PEOPLE, ("speaks unasked to", "people")),
    "tasks_to": (PEOPLE, ("an employee sends to", "people")),
    "repeat_is_safe_to": (PEOPLE, ("repeats after silence", "people")),
    "windows": (
        {EventKind.TEXT: Window(5, 3600)},
        ("only if", "he wrote: 5 messages within an hour"),
    ),
    "first_word": (True, ("only if", "somebody has written to it in that chat")),
    "text_bytes": (2048, ("text", "2,048 bytes, 682 Chinese characters")),
    "markdown_bytes": (4096, ("markdown", "4,096 bytes, 1,365 Chinese characters")),
    "cards": (PEOPLE, ("cards with buttons", "to people")),
    "cards_in_answers": (True, ("cards with buttons", "in answers")),
    "mentions": (True, ("mentions with @", "yes")),
    "links": (True, ("links", "yes")),
    "media": (frozenset({MediaKind.IMAGE, MediaKind.FILE}), ("media", "file, image")),
    "notices": (True, ("notices by template", "yes")),
    "attachments": (9, ("media with one text", "up to 9")),
    "hands_over": (True, ("hands over to a person", "yes")),
    "rates": ((Rate(20, 60, per_chat=False),), ("limits", "20 a minute")),
}
"""For each field a value that says something, and what is told of it."""


@pytest.mark.parametrize("name", [field.name for field in fields(Capabilities)])
def test_every_field_of_the_table_is_told(name: str) -> None:
    value, told = TOLD[name]

    assert list(facts(replace(Capabilities(), **{name: value}))) == [told]


def test_what_a_channel_cannot_do_is_not_told() -> None:
    assert list(facts(Capabilities())) == []


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (Rate(30, 60, per_chat=True), "30 a minute to each chat"),
        (Rate(1_000, 3600, per_chat=False), "1,000 an hour"),
        (Rate(4, 48 * 3600, per_chat=False), "4 in 48 hours"),
        (Rate(2, 90, per_chat=False), "2 in 90 seconds"),
        (
            Rate(1, 24 * 3600, per_chat=True, kinds=frozenset({*PEOPLE, TargetKind.GROUP})),
            "1 a day to each chat (groups, people)",
        ),
    ],
)
def test_a_limit_is_told_in_words(rate: Rate, words: str) -> None:
    assert dict(facts(Capabilities(rates=(rate,))))["limits"] == words


def test_limits_that_no_brand_meets_are_left_out() -> None:
    rates = (Rate(10_000, 60, per_chat=False), Rate(9_999, 60, per_chat=False))

    assert list(facts(Capabilities(rates=rates))) == [("limits", "9,999 a minute")]


def test_acts_that_open_the_same_window_are_told_together() -> None:
    windows = {
        EventKind.TEXT: Window(5, 48 * 3600),
        EventKind.CHOSE: Window(3, 60),
        EventKind.MEDIA: Window(5, 48 * 3600),
    }

    assert dict(facts(Capabilities(windows=windows)))["only if"] == (
        "he wrote or sent a file: 5 messages within 48 hours;"
        " he used the menu: 3 messages within a minute"
    )


def test_every_kind_of_target_and_every_act_that_opens_a_window_has_words() -> None:
    told = dict(facts(Capabilities(tasks_to=frozenset(TargetKind))))["an employee sends to"]
    used = {kind for table in CAPABILITIES.values() for kind in table.windows}

    assert told == ("whoever just acted, groups, the Moments of employees, people, customer tags")
    for kind in used:
        words = dict(facts(Capabilities(windows={kind: Window(1, 60)})))["only if"]
        assert words != f"he {kind}: 1 messages within a minute"


def test_changing_tags_is_no_speaking() -> None:
    table = Capabilities(pushes_to=frozenset({TargetKind.RECORD}))

    assert list(facts(table)) == [("changes customer tags", "yes")]


def test_every_kind_of_channel_has_a_name_and_a_section_on_the_page() -> None:
    page = render_channels()

    assert list(NAMES) == list(CAPABILITIES)
    for kind, table in CAPABILITIES.items():
        _, _, rest = page.partition(f"\n## {kind}\n")
        section, _, _ = rest.partition("\n## ")
        assert section.startswith(f"\n{NAMES[kind]}\n")
        for heading, phrase in facts(table):
            assert f"| {heading} | {phrase} |" in section


def test_the_page_tells_every_refusal_and_what_follows_from_it() -> None:
    page = render_channels()

    for table in (WECOM, ACCOUNT):
        for errcode, refusal in table.items():
            assert f"| {errcode} | {refusal.error.__name__} | {refusal.meaning} |" in page
    for error, follows in FOLLOWS.items():
        assert f"| {error.__name__} | {(error.__doc__ or '').splitlines()[0]} | {follows} |" in page


def test_what_is_said_to_follow_from_an_error_is_what_follows() -> None:
    used = {refusal.error for table in (WECOM, ACCOUNT) for refusal in table.values()}
    assert set(FOLLOWS) == used

    given_up, channel_waits = set(), set()
    for error in used:
        result = send_result(error("No.", errcode=1), repeat_is_safe=False)
        if result.outcome is Outcome.DEAD:
            given_up.add(error)
        if result.pauses is not Pause.ROW:
            channel_waits.add(error)

    assert given_up == {error for error, words in FOLLOWS.items() if "given up" in words}
    assert channel_waits == {error for error, words in FOLLOWS.items() if "The channel" in words}
