"""What is taken in is in the library with its credit, and gone from it when its author wants."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.core.clock import ManualClock
from bot.members.submissions.adopted import Credited, item_of
from bot.members.submissions.files import PictureFiles
from bot.members.submissions.submission import (
    Consent,
    Done,
    State,
    Submission,
    SubmissionId,
    SubmissionKind,
)
from bot.members.submissions.submissions import LOOK_EVERY, Submissions
from bot.settings.live_slots import fill_live
from bot.settings.schema.base import Kind, Pillar
from bot.settings.settings import ContentItem
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import NOW
from tests.support.stores import execute

from .support import (
    FIRST,
    FRIEND,
    OPERATOR,
    TEXT,
    agree,
    approve,
    attach,
    mark,
    offer,
    show,
    withdraw,
)

TAKEN_IN = Submission(
    number=FIRST,
    key=offer().key,
    author_id=offer().author_id,
    group_key=offer().group_key,
    kind=SubmissionKind.SHOW,
    text=TEXT,
    sketch="",
    state=State.APPROVED,
    offered_at=NOW,
    picture_until=NOW,
    pictures=("a.jpg", "b.jpg"),
    consent=Consent.NAMED,
    agreed=mark(offer().author_id, "agree"),
    decided=mark(OPERATOR, "yes"),
)


def item(name: str = "小鹿", **changes: object) -> ContentItem | None:
    one = Credited(replace(TAKEN_IN, **changes), name)  # type: ignore[arg-type]
    return item_of(one, brand(), PictureFiles(Path("/data/media")).paths)


def text_of(found: ContentItem | None) -> str:
    assert found is not None
    return found.text


# ---- one item


def test_an_item_has_the_words_the_credit_and_a_question() -> None:
    said, credit, question = text_of(item()).split("\n")
    assert said == TEXT
    assert credit == "——来自群友 小鹿 的晒单（1 号）"
    assert question in brand().members.submissions.questions


def test_an_item_is_a_story_of_users_with_its_pictures_for_so_many_days() -> None:
    found = item()
    assert found is not None
    assert (found.key, found.front.pillar, found.front.kind) == ("ugc-1", Pillar.USER, Kind.STORY)
    assert found.front.pictures == ("/data/media/1/a.jpg", "/data/media/1/b.jpg")
    assert (found.front.valid_from, found.front.valid_to) == (
        date(2026, 11, 25),
        date(2026, 11, 25) + timedelta(days=180),
    )


def test_braces_of_a_member_are_no_slots() -> None:
    text = text_of(item(text="我把{group}和{weekday}写成了花括号，看看会怎么样"))
    assert fill_live(text, {"group": "群名", "weekday": "周三"}).startswith(
        "我把{group}和{weekday}"
    )


def test_questions_take_turns() -> None:
    lines = {text_of(item(number=number)).split("\n")[-1] for number in range(1, 4)}
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("name", "consent"),
    [
        ("小鹿", Consent.ANONYMOUS),
        ("", Consent.NAMED),
        ("国家级专家", Consent.NAMED),
        ("加我微信 abc12345", Consent.NAMED),
    ],
)
def test_who_does_not_want_it_or_cannot_be_named_is_somebody(name: str, consent: Consent) -> None:
    text = text_of(item(name, consent=consent))
    assert "来自一位群友" in text
    assert not name or name not in text


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
def test_what_is_not_in_the_library_is_no_item(state: State) -> None:
    assert item(state=state) is None


def test_without_consent_there_is_no_item() -> None:
    assert item(consent=None) is None


def test_what_may_not_be_said_any_more_is_no_item() -> None:
    assert item(text="这是全网最好用的面霜，没有之一，买它就对了") is None
    assert item(text="用了三天，九成的姐妹都说有效率 98%") is None, "a claim without evidence"


# ---- the library


class Library:
    """Submissions on a store, with a clock."""

    def __init__(self, store: Store, directory: Path) -> None:
        self.clock = ManualClock(NOW)
        self.files = PictureFiles(directory / "media")
        self.live = Live(brand())
        self.submissions = Submissions(store, self.live, self.clock, self.files)

    async def keys(self) -> list[str]:
        return [item.key for item in await self.submissions.adopted()]


@pytest.fixture
async def library(store: Store, tmp_path: Path) -> Library:
    for number, name in ((1, "小鹿"), (2, "阿晴"), (3, ""), (4, ""), (5, "")):
        await execute(
            store, f"INSERT INTO member (id, name, created_at) VALUES ({number}, '{name}', 0)"
        )
    await execute(store, "INSERT INTO appointment VALUES ('', 4, 'operator')")
    return Library(store, tmp_path)


def on_disk(library: Library) -> dict[str, bytes]:
    """All pictures by their names."""
    return {path.name: path.read_bytes() for path in library.files.directory.glob("*/*")}


async def take_in(library: Library, author: int = 1) -> None:
    """One more is sent in, agreed to and taken in."""
    submissions, who = library.submissions, FRIEND if author == 2 else offer().author_id
    moved = await submissions.move(offer(f"offer/{author}", author=who))
    assert isinstance(moved, Done)
    number = moved.submission.number
    await submissions.move(agree(f"agree/{author}", by=who, number=number))
    await submissions._lane.submit(approve(f"yes/{author}", number=number))
    submissions.look_again()


async def test_the_library_holds_what_was_taken_in_and_is_the_same_as_long_as_it_is(
    library: Library,
) -> None:
    await take_in(library)
    items = await library.submissions.adopted()
    assert [item.key for item in items] == ["ugc-1"]
    library.clock.advance(10 * LOOK_EVERY)
    assert await library.submissions.adopted() is items
    await take_in(library, 2)
    assert await library.keys() == ["ugc-1", "ugc-2"]


async def test_what_another_process_has_taken_in_is_seen_within_seconds(
    library: Library, store: Store
) -> None:
    assert await library.keys() == []
    other = Library(store, library.files.directory)
    await take_in(other)
    assert await library.keys() == []
    library.clock.advance(LOOK_EVERY)
    assert await library.keys() == ["ugc-1"]


async def test_what_is_withdrawn_is_gone_from_the_library_and_from_the_disk_at_once(
    library: Library,
) -> None:
    submissions = library.submissions
    await submissions.move(show())
    name = await library.files.keep(FIRST, b"picture")
    await submissions.move(attach(name))
    await submissions.move(agree())
    await submissions._lane.submit(approve())
    (item,) = await submissions.adopted()
    assert item.front.pictures == (str(library.files.path(FIRST, name)),)
    assert on_disk(library) == {name: b"picture"}
    await submissions.move(withdraw())
    assert await submissions.adopted() == ()
    assert on_disk(library) == {}


async def test_other_words_in_the_settings_change_the_items_at_once(library: Library) -> None:
    await take_in(library)
    before = await library.submissions.adopted()
    members = library.live.current.members
    rules = members.submissions.model_copy(update={"questions": ("好吗？",)})
    library.live.change(members=members.model_copy(update={"submissions": rules}))
    after = await library.submissions.adopted()
    assert before[0].text != after[0].text
    assert after[0].text.endswith("好吗？")


async def test_pictures_that_a_dead_process_left_are_swept_and_others_are_not(
    library: Library,
) -> None:
    submissions = library.submissions
    await submissions.move(offer("a"))
    await submissions.move(offer("b"))
    kept = await library.files.keep(FIRST, b"one")
    await library.files.keep(SubmissionId(2), b"two")
    await submissions._lane.submit(withdraw(number=2))
    await submissions.sweep()
    assert on_disk(library) == {kept: b"one"}
