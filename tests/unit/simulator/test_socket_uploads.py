"""Uploads over a robot's connection: put together from any chunks, refused when anything is off."""

import base64
import hashlib
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.clock import ManualClock
from bot.simulator.cast import read_cast
from bot.simulator.feed import Feed
from bot.simulator.journal import Journal
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused
from bot.simulator.socket_uploads import Uploads
from bot.simulator.world import World
from tests.unit.simulator.media_support import AMR, PDF, PNG
from tests.unit.simulator.socket_bot import CHUNK, connected, on_socket_stage, socket_settings
from tests.unit.simulator.stub_bot import NINE

MB = 1024 * 1024


async def test_a_file_of_several_chunks_is_put_together(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(3 * CHUNK + 7)
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        await stage.say("发我", mention=True)
        ack = await bot.announce("file", content, name="手册.pdf")
        upload_id = ack["body"]["upload_id"]
        for index in (2, 0, 3, 1, 0):
            chunk = content[index * CHUNK : (index + 1) * CHUNK]
            assert (await bot.chunk(upload_id, index, chunk))["errcode"] == 0
        ack = await bot.call("aibot_upload_media_finish", {"upload_id": upload_id})
        assert ack["body"]["type"] == "file"
        assert ack["body"]["created_at"] == "1795309200"
        body = {
            "chatid": "wrGARDEN",
            "msgtype": "file",
            "file": {"media_id": ack["body"]["media_id"]},
        }
        assert await bot.errcode("aibot_send_msg", body) == 0
        (shown,) = (await stage.messages())[-1]["media"]
        page = await stage.client.get(f"/sim/api/media/{shown['id']}")
        assert await page.read() == content
        assert shown["name"] == "手册.pdf"


BAD_ANNOUNCEMENTS: dict[str, tuple[dict[str, Any], int]] = {
    "an unknown type": ({"type": "thumb"}, 40004),
    "no name": ({"filename": ""}, 40063),
    "five bytes": ({"total_size": 5}, 40006),
    "a size as text": ({"total_size": "7"}, 40006),
    "a picture over 10 MB": (
        {"type": "image", "total_size": 10 * MB + 1, "total_chunks": 21},
        45001,
    ),
    "a voice over 2 MB": ({"type": "voice", "total_size": 2 * MB + 1, "total_chunks": 5}, 45001),
    "a film over 10 MB": ({"type": "video", "total_size": 10 * MB + 1, "total_chunks": 21}, 45001),
    "a file over 20 MB": ({"total_size": 20 * MB + 1, "total_chunks": 41}, 45001),
    "no chunks": ({"total_chunks": 0}, 40058),
    "101 chunks": ({"total_chunks": 101}, 40058),
    "too few chunks": ({"total_size": CHUNK + 1, "total_chunks": 1}, 40058),
    "a short digest": ({"md5": "0"}, 40058),
    "no digest": ({"md5": None}, 40058),
}


@pytest.mark.parametrize("name", BAD_ANNOUNCEMENTS)
async def test_a_bad_announcement_is_refused(tmp_path: Path, name: str) -> None:
    changes, errcode = BAD_ANNOUNCEMENTS[name]
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        ack = await bot.announce("file", PDF, **changes)
        assert ack["errcode"] == errcode
        assert "body" not in ack


async def test_the_largest_of_each_kind_may_be_announced(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        for kind, size in (("image", 10), ("voice", 2), ("video", 10), ("file", 20)):
            ack = await bot.announce(kind, b"", total_size=size * MB, total_chunks=100)
            assert ack["errcode"] == 0


@pytest.mark.parametrize(
    ("index", "chunk", "errcode"),
    [
        (1, b"a", 40058),
        (-1, b"a", 40058),
        ("0", b"a", 40063),
        (None, b"a", 40063),
        (True, b"a", 40063),
        (0, b"", 40063),
        (0, b"a" * (CHUNK + 1), 45001),
        (0, b"a" * CHUNK, 0),
    ],
)
async def test_chunks_count_from_0_and_have_a_limit(
    tmp_path: Path, index: Any, chunk: bytes, errcode: int
) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        upload_id = (await bot.announce("file", PDF))["body"]["upload_id"]
        assert (await bot.chunk(upload_id, index, chunk))["errcode"] == errcode


async def test_a_chunk_is_base64_of_a_known_upload(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        upload_id = (await bot.announce("file", PDF))["body"]["upload_id"]
        body = {"upload_id": upload_id, "chunk_index": 0, "base64_data": "-"}
        assert await bot.errcode("aibot_upload_media_chunk", body) == 40058
        assert (await bot.chunk("guess", 0, PDF))["errcode"] == 40058
        assert (await bot.chunk("", 0, PDF))["errcode"] == 40063


async def test_an_upload_is_finished_once_and_whole(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        body = {"upload_id": (await bot.announce("file", PDF, total_chunks=2))["body"]["upload_id"]}
        await bot.chunk(body["upload_id"], 1, PDF[4:])
        assert await bot.errcode("aibot_upload_media_finish", body) == 40058
        await bot.chunk(body["upload_id"], 0, PDF[:4])
        assert await bot.errcode("aibot_upload_media_finish", body) == 0
        assert await bot.errcode("aibot_upload_media_finish", body) == 40058


@pytest.mark.parametrize(
    ("kind", "content", "changes", "errcode"),
    [
        ("file", PDF, {"total_size": len(PDF) + 1}, 40006),
        ("file", PDF, {"md5": hashlib.md5(b"other").hexdigest()}, 40058),
        ("image", PDF, {}, 40005),
        ("voice", PNG, {}, 40005),
        ("video", AMR, {}, 40005),
    ],
)
async def test_what_is_not_what_was_announced_must_be_sent_again(
    tmp_path: Path, kind: str, content: bytes, changes: dict[str, Any], errcode: int
) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        upload_id = (await bot.announce(kind, content, **changes))["body"]["upload_id"]
        await bot.chunk(upload_id, 0, content)
        body = {"upload_id": upload_id}
        assert await bot.errcode("aibot_upload_media_finish", body) == errcode
        assert (await bot.chunk(upload_id, 0, content))["errcode"] == 40058


async def test_30_files_a_minute_may_be_announced(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        for _ in range(30):
            assert (await bot.announce("file", PDF))["errcode"] == 0
        assert (await bot.announce("file", PDF))["errcode"] == 45009


async def test_the_files_of_a_robot_are_its_own(tmp_path: Path) -> None:
    async with on_socket_stage(tmp_path) as stage, connected(stage) as bot:
        media_id = await bot.upload("file", PDF)
        letter = {
            "touser": "xiaolu",
            "agentid": 1000002,
            "msgtype": "file",
            "file": {"media_id": media_id},
        }
        assert (await stage.api("message/send", letter))["errcode"] == 40007


# Whatever the split


def _uploads(directory: Path) -> tuple[Uploads, MediaStore, World]:
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
    world.replay()
    return Uploads(world, media), media, world


@given(
    chunks=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=8),
    order=st.randoms(use_true_random=False),
    spoiled=st.booleans(),
)
def test_any_split_in_any_order_is_put_together_and_a_wrong_digest_is_refused(
    chunks: list[bytes], order: random.Random, *, spoiled: bool
) -> None:
    chunks = [b"123456", *chunks]
    content = b"".join(chunks)
    digest = hashlib.md5(content + b"!" * spoiled).hexdigest()
    with tempfile.TemporaryDirectory() as directory:
        uploads, media, world = _uploads(Path(directory))
        robot = world.cast.sockets["robot"]
        announcement = {
            "type": "file",
            "filename": "a.bin",
            "total_size": len(content),
            "total_chunks": len(chunks),
            "md5": digest,
        }
        upload = uploads.begin(robot, announcement)
        indexes = list(range(len(chunks)))
        order.shuffle(indexes)
        for index in indexes:
            data = base64.b64encode(chunks[index]).decode()
            uploads.add(robot, {**upload, "chunk_index": index, "base64_data": data})
        if spoiled:
            with pytest.raises(Refused):
                uploads.finish(robot, upload)
        else:
            medium = media.take("robot", uploads.finish(robot, upload)["media_id"])
            assert media.read(medium) == content
