"""The version of a member list names one state of it, and the events lead from one to the next."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.contact.chats import Chat, Chats, JoinScene
from tests.unit.simulator.contact.support import pond_world

WHO = st.lists(st.sampled_from(["ayun", "wmLULU", "wmMIMI", "wmNANA"]), min_size=1, unique=True)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("join"), WHO),
        st.tuples(st.just("leave"), WHO),
        st.tuples(st.just("rename"), WHO),
        st.tuples(st.just("announce"), WHO),
    ),
    max_size=30,
)


def chats_of(directory: Path) -> Chats:
    """The customer groups of a world whose journal is in ``directory``."""
    world = pond_world(directory)
    chats = Chats(world)
    world.add(chats)
    world.replay()
    return chats


def take(chats: Chats, chat: Chat, step: str, who: list[str]) -> None:
    match step:
        case "join":
            chats.join(chat, who, scene=JoinScene.CODE)
        case "leave":
            chats.leave(chat, who[0])
        case "rename":
            chats.change(chat, name="".join(who))
        case _:
            chats.change(chat, notice="".join(who))


@given(steps=STEPS)
def test_it_changes_when_members_do_and_never_comes_back(
    steps: list[tuple[str, list[str]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        chats = chats_of(Path(folder))
        chat = chats.chats["pond"]
        seen = {chat.version}
        for step, who in steps:
            members, version = list(chat.stays), chat.version
            take(chats, chat, step, who)
            assert (chat.version != version) == (list(chat.stays) != members)
            assert chat.group.members == list(chat.stays)
            if chat.version != version:
                assert chat.version not in seen
                seen.add(chat.version)


@given(steps=STEPS)
def test_the_journal_tells_the_same_story(steps: list[tuple[str, list[str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        chats = chats_of(Path(folder))
        chat = chats.chats["pond"]
        for step, who in steps:
            take(chats, chat, step, who)
        assert chats_of(Path(folder)).chats["pond"] == chat


def test_two_groups_with_the_same_people_have_versions_of_their_own(tmp_path: Path) -> None:
    chats = chats_of(tmp_path)
    members = ["tangyuan", "ayun", "wmLULU"]
    other = chats.make("contact", name="二群", owner="tangyuan", members=members)
    assert list(other.stays) == list(chats.chats["pond"].stays)
    assert other.version != chats.chats["pond"].version
