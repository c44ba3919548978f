"""Small files of each kind, and how they get to the simulated platform."""

import base64
import hashlib
import io
from typing import Any

from aiohttp import FormData

from tests.unit.simulator.stub_bot import Stage

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
JPG = b"\xff\xd8\xff" + b"picture"
AMR = b"#!AMR\n" + b"voice"
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"film"
PDF = b"%PDF-1.7 paper"
FILES = {"image": PNG, "voice": AMR, "video": MP4, "file": PDF}


async def call_with_file(
    stage: Stage, path: str, body: bytes | None, *, name: str = "a.bin", **query: str
) -> dict[str, Any]:
    """A POST with ``body`` as the multipart field media, with a token unless it needs none."""
    if not path.startswith("webhook"):
        query.setdefault("access_token", await stage.token())
    form = FormData(quote_fields=False)
    if body is None:
        form.add_field("other", b"something", filename="other.bin")
    else:
        form.add_field("media", io.BytesIO(body), filename=name, content_type="text/plain")
    response = await stage.client.post(f"/sim/platform/cgi-bin/{path}", params=query, data=form)
    assert response.status == 200, await response.text()
    answer = await response.json()
    assert isinstance(answer, dict)
    return answer


async def upload(stage: Stage, kind: str = "image", *, name: str = "a.bin") -> str:
    """The media id of a small file of ``kind``."""
    answer = await call_with_file(stage, "media/upload", FILES[kind], name=name, type=kind)
    assert answer["errcode"] == 0, answer
    return str(answer["media_id"])


def sent(kind: str, *, name: str = "a.bin", **more: str) -> dict[str, str]:
    """A file as a person sends it, for the ``media`` of /sim/api."""
    data = base64.b64encode(FILES[kind]).decode()
    return {"kind": kind, "name": name, "data": data, **more}


def picture_item(raw: bytes = PNG) -> dict[str, Any]:
    """A picture in the last frame of a stream."""
    digest = hashlib.md5(raw).hexdigest()
    image = {"base64": base64.b64encode(raw).decode(), "md5": digest}
    return {"msgtype": "image", "image": image}
