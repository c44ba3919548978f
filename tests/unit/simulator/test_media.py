"""Media: what the platform takes, for whom an id is good and how long, and how files come back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.media_support import (
    AMR,
    FILES,
    JPG,
    MP4,
    PDF,
    PNG,
    call_with_file,
    sent,
    upload,
)
from tests.unit.simulator.stub_bot import AGENT_ID, WEBHOOK_KEY, Stage, on_stage


def media_letter(kind: str, media_id: str) -> dict[str, Any]:
    return {
        "touser": "xiaolu",
        "msgtype": kind,
        "agentid": AGENT_ID,
        kind: {"media_id": media_id},
    }


async def fetch(stage: Stage, media_id: str) -> tuple[bytes, str]:
    """The body and the type of media/get."""
    params = {"access_token": await stage.token(), "media_id": media_id}
    answer = await stage.client.get("/sim/platform/cgi-bin/media/get", params=params)
    return await answer.read(), answer.content_type


@pytest.mark.parametrize("kind", FILES)
async def test_what_was_uploaded_comes_back_and_can_be_sent(tmp_path: Path, kind: str) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await call_with_file(
            stage, "media/upload", FILES[kind], name="喝水.bin", type=kind
        )
        assert (answer["errcode"], answer["type"]) == (0, kind)
        assert answer["created_at"] == "1795309200"
        body, _ = await fetch(stage, answer["media_id"])
        assert body == FILES[kind]
        letter = media_letter(kind, answer["media_id"])
        assert (await stage.api("message/send", letter))["errcode"] == 0
        (shown,) = await stage.private_messages()
        assert shown["kind"] == kind
        assert shown["text"].endswith("喝水.bin")
        page = await stage.client.get(f"/sim/api/media/{shown['media'][0]['id']}")
        assert await page.read() == FILES[kind]


REFUSED: dict[str, tuple[bytes | None, str, int]] = {
    "no type": (PNG, "", 40004),
    "unknown type": (PNG, "thumb", 40004),
    "no file": (None, "image", 44001),
    "empty file": (b"", "file", 44001),
    "five bytes": (b"12345", "file", 40006),
    "a picture that is none": (PDF, "image", 40005),
    "a voice that is a picture": (PNG, "voice", 40005),
    "a film that is a voice": (AMR, "video", 40005),
    "a picture over 5 MB": (PNG + b"0" * 5 * 1024 * 1024, "image", 45001),
    "a voice over 2 MB": (AMR + b"0" * 2 * 1024 * 1024, "voice", 45001),
    "a film over 10 MB": (MP4 + b"0" * 10 * 1024 * 1024, "video", 45001),
    "a file over 20 MB": (b"0" * (20 * 1024 * 1024 + 1), "file", 45001),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_the_platform_does_not_take_is_refused(tmp_path: Path, name: str) -> None:
    body, kind, errcode = REFUSED[name]
    async with on_stage(tmp_path) as stage:
        answer = await call_with_file(stage, "media/upload", body, type=kind)
        assert answer["errcode"] == errcode
        assert "media_id" not in answer


async def test_the_largest_file_passes_and_so_do_six_bytes(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for body in (b"0" * 20 * 1024 * 1024, b"123456"):
            answer = await call_with_file(stage, "media/upload", body, type="file")
            assert answer["errcode"] == 0


async def test_a_media_id_is_good_for_three_days(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        media_id = await upload(stage)
        stage.clock.advance(timedelta(days=3, seconds=-1))
        assert (await stage.api("message/send", media_letter("image", media_id)))["errcode"] == 0
        stage.clock.advance(timedelta(seconds=1))
        answer = await stage.api("message/send", media_letter("image", media_id))
        assert answer["errcode"] == 40007
        assert (await stage.read_api("media/get", media_id=media_id))["errcode"] == 40007


async def test_a_media_id_is_good_for_its_kind_only(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        media_id = await upload(stage, "file")
        answer = await stage.api("message/send", media_letter("image", media_id))
        assert answer["errcode"] == 40007


async def test_media_survive_a_restart(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        media_id = await upload(stage, "file", name="月报.pdf")
    async with on_stage(tmp_path) as stage:
        assert (await fetch(stage, media_id))[0] == PDF
        assert (await stage.api("message/send", media_letter("file", media_id)))["errcode"] == 0
        assert (await stage.private_messages())[0]["text"] == "[文件] 月报.pdf"


async def test_a_name_cannot_break_the_headers(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        media = [sent("file", name='a\r\nb: "c"/..\\d.html')]
        shown = await stage.post("people/xiaolu/messages", {"channel": "robot", "media": media})
        assert shown["media"][0]["name"] == "a__b: _c__.._d.html"
        answer = await stage.client.get(f"/sim/api/media/{shown['media'][0]['id']}")
        assert answer.status == 200
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_unknown_media_are_not_found(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert (await stage.read_api("media/get", media_id="m"))["errcode"] == 40007
        assert (await stage.read_api("media/get"))["errcode"] == 40007
        assert (await stage.client.get("/sim/api/media/m")).status == 404


async def test_a_webhooks_files_are_its_own(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await call_with_file(
            stage, "webhook/upload_media", PDF, name="单页.pdf", key=WEBHOOK_KEY, type="file"
        )
        media_id = answer["media_id"]
        letter = {"msgtype": "file", "file": {"media_id": media_id}}
        assert (await stage.api("webhook/send", letter, key=WEBHOOK_KEY))["errcode"] == 0
        assert (await stage.messages())[0]["text"] == "[文件] 单页.pdf"
        answer = await stage.api("message/send", media_letter("file", media_id))
        assert answer["errcode"] == 40007
        letter = {"msgtype": "file", "file": {"media_id": await upload(stage, "file")}}
        assert (await stage.api("webhook/send", letter, key=WEBHOOK_KEY))["errcode"] == 40007


@pytest.mark.parametrize(
    ("body", "key", "kind", "errcode"),
    [
        (None, "guess", "file", 44001),
        (b"", WEBHOOK_KEY, "file", 44001),
        (PDF, "guess", "file", 93000),
        (PDF, "", "file", 93000),
        (PNG, WEBHOOK_KEY, "image", 40004),
        (MP4, WEBHOOK_KEY, "video", 40004),
        (PDF, WEBHOOK_KEY, "voice", 40005),
        (b"12345", WEBHOOK_KEY, "file", 40006),
    ],
)
async def test_what_a_webhook_does_not_take_is_refused(
    tmp_path: Path, body: bytes | None, key: str, kind: str, errcode: int
) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await call_with_file(stage, "webhook/upload_media", body, key=key, type=kind)
        assert answer["errcode"] == errcode


async def test_a_picture_for_ever_has_an_address(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await call_with_file(stage, "media/uploadimg", JPG)
        stage.clock.advance(timedelta(days=300))
        shown = await stage.client.session.get(answer["url"])
        assert await shown.read() == JPG


async def test_uploadimg_takes_pictures_of_at_most_2_mb_and_100_a_day(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        big = PNG + b"0" * (2 * 1024 * 1024 - len(PNG))
        assert (await call_with_file(stage, "media/uploadimg", big + b"0"))["errcode"] == 45001
        assert (await call_with_file(stage, "media/uploadimg", PDF))["errcode"] == 40005
        assert (await call_with_file(stage, "media/uploadimg", None))["errcode"] == 44001
        assert (await call_with_file(stage, "media/uploadimg", big))["errcode"] == 0
        for _ in range(99):
            assert (await call_with_file(stage, "media/uploadimg", PNG))["errcode"] == 0
        assert (await call_with_file(stage, "media/uploadimg", PNG))["errcode"] == 45009


async def test_an_attachment_for_moments_is_for_nothing_else(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await call_with_file(
            stage, "media/upload_attachment", PNG, media_type="image", attachment_type="1"
        )
        assert answer["created_at"] == 1795309200
        answer = await stage.api("message/send", media_letter("image", answer["media_id"]))
        assert answer["errcode"] == 40007


@pytest.mark.parametrize(
    ("media_type", "scene", "errcode"), [("voice", "1", 40004), ("image", "3", 40058)]
)
async def test_a_bad_attachment_is_refused(
    tmp_path: Path, media_type: str, scene: str, errcode: int
) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await call_with_file(
            stage, "media/upload_attachment", PNG, media_type=media_type, attachment_type=scene
        )
        assert answer["errcode"] == errcode


async def test_a_picture_of_a_webhook_can_be_seen(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        image = {"base64": "aGk=", "md5": "49f68a5c8493ec2c0bf489821c21fc3b"}
        await stage.api("webhook/send", {"msgtype": "image", "image": image}, key=WEBHOOK_KEY)
        (shown,) = await stage.messages()
        page = await stage.client.get(f"/sim/api/media/{shown['media'][0]['id']}")
        assert (await page.read(), page.content_type) == (b"hi", "image/png")
        assert shown["text"] == "[图片]"
