"""Whatever JSON a bot sends, it is taken or refused; nothing else happens."""

import copy
import random
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.clock import ManualClock
from bot.simulator.answers import read_card_change, read_reply, read_welcome
from bot.simulator.cards import read_card
from bot.simulator.cast import read_cast
from bot.simulator.content import TO_CHAT, TO_PERSON, TO_WEBHOOK, read_content
from bot.simulator.corrections import Corrections
from bot.simulator.feed import Feed
from bot.simulator.journal import Journal
from bot.simulator.media import MediaStore
from bot.simulator.menus import Menus
from bot.simulator.refusal import Refused
from bot.simulator.robot_chats import RobotChats
from bot.simulator.sends import Sends
from bot.simulator.socket_commands import SocketCommands
from bot.simulator.socket_frames import read_frame
from bot.simulator.socket_slots import Slots
from bot.simulator.strict_json import readable_json
from bot.simulator.wire import AnswerRejected
from bot.simulator.world import World
from tests.unit.simulator.media_support import picture_item
from tests.unit.simulator.socket_bot import markdown, socket_settings, stream
from tests.unit.simulator.stub_bot import AGENT_ID, NINE, opened_card, packet_card

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 9), st.floats(allow_nan=False), st.text(max_size=4)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)
OPTIONS = [{"id": "a", "text": "甲"}]
CARDS: list[dict[str, Any]] = [
    {
        **packet_card(),
        "feedback": {"id": "f"},
        "button_selection": {"question_key": "q", "option_list": OPTIONS},
        "action_menu": {"action_list": [{"text": "a", "key": "a"}]},
        "horizontal_content_list": [{"keyname": "a", "type": 2, "media_id": "m"}],
    },
    opened_card("a"),
    {
        "card_type": "vote_interaction",
        "main_title": {"title": "a"},
        "task_id": "v",
        "checkbox": {"question_key": "q", "mode": 1, "option_list": OPTIONS},
        "submit_button": {"text": "a", "key": "a"},
    },
    {
        "card_type": "multiple_interaction",
        "main_title": {"title": "a"},
        "task_id": "m",
        "select_list": [{"question_key": "q", "option_list": OPTIONS}],
        "submit_button": {"text": "a", "key": "a"},
    },
]
CONTENTS: list[dict[str, Any]] = [
    {"msgtype": "text", "text": {"content": "a", "mentioned_list": ["b"]}},
    markdown(),
    {"msgtype": "video", "video": {"media_id": "m", "title": "a"}},
    {
        "msgtype": "textcard",
        "textcard": {"title": "a", "description": "b", "url": "c", "btntxt": "d"},
    },
    {"msgtype": "news", "news": {"articles": [{"title": "a", "url": "b", "picurl": "c"}]}},
    {
        "msgtype": "mpnews",
        "mpnews": {"articles": [{"title": "a", "thumb_media_id": "b", "content": "c"}]},
    },
    {
        "msgtype": "miniprogram_notice",
        "miniprogram_notice": {
            "appid": "a",
            "title": "会议通知",
            "content_item": [{"key": "a", "value": "b"}],
        },
    },
    {"msgtype": "image", "image": {"base64": "aGk=", "md5": "0"}},
    *({"msgtype": "template_card", "template_card": card} for card in CARDS),
]
ANSWERS: list[dict[str, Any]] = [
    stream("a", msg_item=[picture_item()], feedback={"id": "f"}),
    {**stream("a"), "msgtype": "stream_with_template_card", "template_card": packet_card()},
    {"msgtype": "text", "text": {"content": "a"}},
    {
        "response_type": "update_template_card",
        "userids": ["a"],
        "template_card": packet_card(),
    },
    *({"msgtype": "template_card", "template_card": card} for card in CARDS),
]
FRAMES: list[dict[str, Any]] = [
    *(
        {"cmd": "aibot_respond_msg", "headers": {"req_id": "1"}, "body": answer}
        for answer in ANSWERS
    ),
    *(
        {
            "cmd": "aibot_send_msg",
            "headers": {"req_id": "1"},
            "body": {"chatid": "wrGARDEN", "chat_type": 2, **content},
        }
        for content in CONTENTS
    ),
    {
        "cmd": "aibot_upload_media_init",
        "headers": {"req_id": "1"},
        "body": {
            "type": "file",
            "filename": "a",
            "total_size": 9,
            "total_chunks": 1,
            "md5": "0" * 32,
        },
    },
    {
        "cmd": "aibot_upload_media_chunk",
        "headers": {"req_id": "1"},
        "body": {"upload_id": "1", "chunk_index": 0, "base64_data": "aGk="},
    },
]
CALLS: list[dict[str, Any]] = [
    *(
        {"touser": "xiaolu", "agentid": AGENT_ID, "safe": 0, "toparty": "1", **content}
        for content in CONTENTS
    ),
    {
        "agentid": AGENT_ID,
        "response_code": "a",
        "userids": ["xiaolu"],
        "button": {"replace_name": "a"},
    },
    {"msgid": "a"},
    {"agentid": str(AGENT_ID), "button": [{"type": "click", "name": "a", "key": "b"}]},
    {
        "agentid": str(AGENT_ID),
        "button": [{"name": "a", "sub_button": [{"type": "view", "name": "a", "url": "b"}]}],
    },
]


def spoiled(bodies: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """One of ``bodies`` with something else in one place, or without what is there."""
    return st.builds(_spoil, st.sampled_from(bodies), st.randoms(use_true_random=False), JSON)


def _spoil(body: dict[str, Any], dice: random.Random, other: Any) -> dict[str, Any]:
    body = copy.deepcopy(body)
    node: Any = body
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = dice.choice(keys)
        if isinstance(node[key], dict | list) and node[key] and dice.random() < 0.8:
            node = node[key]
            continue
        if isinstance(node, dict) and dice.random() < 0.2:
            del node[key]
        else:
            node[key] = other
        return body


@given(data=spoiled(CARDS))
def test_any_card_is_read_or_refused(data: dict[str, Any]) -> None:
    with suppress(Refused):
        read_card(data)


@given(answer=spoiled(ANSWERS))
def test_any_answer_is_read_or_rejected(answer: dict[str, Any]) -> None:
    for read in (
        lambda: read_reply(answer, ()),
        lambda: read_welcome(answer, ()),
        lambda: read_card_change(answer, "packet-1"),
    ):
        with suppress(AnswerRejected):
            read()


def _world(directory: Path) -> tuple[World, MediaStore]:
    settings = socket_settings()
    world = World(
        settings,
        cast=read_cast(settings),
        clock=ManualClock(NINE),
        journal=Journal(directory / "journal.jsonl"),
        feed=Feed(),
        dice=random.Random(1),
    )
    media = MediaStore(world, directory / "media", lambda: "http://127.0.0.1")
    world.add(media)
    return world, media


@given(content=spoiled(CONTENTS))
def test_any_content_is_read_or_refused(content: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        world, media = _world(Path(directory))
        world.replay()
        for door in (TO_PERSON, TO_CHAT, TO_WEBHOOK):
            with suppress(Refused):
                read_content(content, door, media.shelf("nobody"))


@given(frame=spoiled(FRAMES))
def test_any_frame_is_carried_out_or_refused(frame: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        world, media = _world(Path(directory))
        slots = Slots(world)
        world.add(slots)
        world.replay()
        commands = SocketCommands(world, media, slots=slots, chats=RobotChats(world, media))
        read = read_frame(readable_json(frame))
        if read is not None:
            with suppress(Refused, AnswerRejected):
                commands.run(world.cast.sockets["robot"], read)


@given(body=spoiled(CALLS))
def test_any_call_is_carried_out_or_refused(body: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        world, media = _world(Path(directory))
        corrections, menus = Corrections(world), Menus(world)
        world.add(corrections)
        world.add(menus)
        world.replay()
        app = world.cast.apps["app"]
        corners = (Sends(world, media, corrections), corrections, menus)
        for call in (call for corner in corners for call in corner.calls()):
            with suppress(Refused):
                call.run(app, copy.deepcopy(body))
