"""Media of an account: kinds, sizes, three days, and nobody else's."""

from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import FormData

from tests.unit.simulator.account.town import AMR, MP4, PNG, Town, in_town
from tests.unit.simulator.stub_bot import NINE


@pytest.mark.parametrize(("kind", "body"), [("image", PNG), ("voice", AMR), ("thumb", PNG)])
async def test_what_is_uploaded_can_be_fetched_for_three_days(
    tmp_path: Path, kind: str, body: bytes
) -> None:
    async def fetch(town: Town) -> bytes:
        params = {"access_token": await town.token(fresh=True), "media_id": media_id}
        response = await town.stage.client.get("/sim/weixin/cgi-bin/media/get", params=params)
        return await response.read()

    async with in_town(tmp_path) as town:
        answer = await town.upload(kind, body)
        media_id = answer.pop("thumb_media_id" if kind == "thumb" else "media_id")
        assert answer == {"type": kind, "created_at": int(NINE.timestamp())}
        town.stage.clock.advance(timedelta(days=3, seconds=-1))
        assert await fetch(town) == body
        town.stage.clock.advance(timedelta(seconds=1))
        assert b"40007" in await fetch(town)


@pytest.mark.parametrize(
    ("kind", "body", "errcode"),
    [
        ("file", PNG, 40004),
        ("image", b"", 44001),
        ("image", AMR, 40005),
        ("voice", MP4, 40005),
        ("thumb", PNG + b"." * 64 * 1024, 45001),
        ("voice", AMR + b"." * 2 * 1024 * 1024, 45001),
    ],
)
async def test_what_the_platform_does_not_keep_is_refused(
    tmp_path: Path, kind: str, body: bytes, errcode: int
) -> None:
    async with in_town(tmp_path) as town:
        assert (await town.upload(kind, body))["errcode"] == errcode


async def test_an_upload_without_a_file_is_refused(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town:
        form = FormData(default_to_multipart=True)
        form.add_field("media", "words")
        assert (await town.post("media/upload", form, type="image"))["errcode"] == 41005
