"""A picture with words, from the message in the group to the post that shows it, and back."""

import base64
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from bot.store.sql import Dialect
from tests.scenario.town import GROUP, Town, books_are_clean
from tests.scenario.town import town as open_town
from tests.support.settings import example_settings

AUTHOR, OPERATOR = "xiaolu", "ayun"
TEXT = "谷雨面霜用了两周，早上起来脸不紧绷了，妆也服帖"
PLACE = "31.2304N"


def photo() -> str:
    """A photograph that tells where it was taken, as the simulator is given one."""
    exif = Image.Exif()
    exif[0x010F] = PLACE
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(file, "JPEG", exif=exif)
    return base64.b64encode(file.getvalue()).decode()


async def show(town: Town, who: str, text: str, *, mention: bool = True) -> str:
    """Somebody writes words with a picture in the group; what the robot answers."""
    media = [{"kind": "image", "data": photo(), "name": "a.jpg"}]
    body = {"from": who, "text": text, "mention": mention, "media": media}
    sent = await town.call("POST", f"/groups/{GROUP}/messages", body)
    return await answer_after(town, sent["id"])


async def answer_after(town: Town, message_id: int) -> str:
    await town.settle()
    after = await town.messages(after=message_id)
    return "\n".join(str(one["text"]) for one in after if one["from_kind"] == "robot")


def pictures(town: Town) -> list[Path]:
    return sorted((town.data / "media").glob("*/*"))


async def shown_to(town: Town, who: str) -> list[dict[str, Any]]:
    """The pictures that the app has shown somebody."""
    answer = await town.call("GET", f"/people/{who}/messages?after=0")
    return [
        part
        for message in answer["messages"]
        if message["from_kind"] == "app"
        for part in message["media"]
        if part["kind"] == "image"
    ]


async def test_a_picture_with_words_is_agreed_to_reviewed_paid_posted_and_withdrawn(
    town: Town,
) -> None:
    asked = await show(town, AUTHOR, f"#晒单 {TEXT}")
    assert "匿名授权" in asked
    (picture,) = pictures(town)
    assert PLACE.encode() not in picture.read_bytes()

    await town.say(AUTHOR, "授权")
    await town.settle()
    assert any("投稿箱 1" in note for note in await town.notes_to(OPERATOR))
    assert TEXT in await town.tell(OPERATOR, "投稿箱 1")
    await town.settle()
    assert len(await shown_to(town, OPERATOR)) == 1, "the reviewer sees the picture"

    before = await town.balance(AUTHOR)
    assert "80" in await town.tell(OPERATOR, "通过投稿 1")
    assert await town.balance(AUTHOR) == before + 80
    assert "200" in await town.tell(OPERATOR, "精华 1")
    assert await town.balance(AUTHOR) == before + 280
    (item,) = await town.app._house.submissions.adopted()
    assert item.key == "ugc-1"
    assert f"{TEXT}\n——来自群友 小鹿 的晒单" in item.text
    assert item.front.pictures == (str(picture),)

    assert "1 号" in await town.say("aqing", "赞 1")
    assert "1 号" in await town.say(AUTHOR, "撤回投稿 1")
    assert await town.app._house.submissions.adopted() == ()
    assert pictures(town) == []
    await books_are_clean(town)


async def test_without_an_answer_it_is_gone_after_three_days(town: Town) -> None:
    await show(town, AUTHOR, f"晒单 {TEXT}")
    assert len(pictures(town)) == 1
    await town.pass_time(hours=73)
    assert pictures(town) == []
    assert any("72" in note for note in await town.notes_to(AUTHOR))
    assert "没有等你点头" in await town.say(AUTHOR, "授权")


async def test_a_picture_follows_the_words_in_private(town: Town) -> None:
    assert "图" in await town.say(AUTHOR, f"晒单 {TEXT}")
    media = [{"kind": "image", "data": photo(), "name": "a.jpg"}]
    await town.call("POST", f"/people/{AUTHOR}/messages", {"media": media})
    await town.settle()
    assert len(pictures(town)) == 1
    assert "匿名授权" in (await town.notes_to(AUTHOR))[-1]


async def test_it_is_posted_with_its_picture(engine: Dialect, tmp_path: Path) -> None:
    """Of a brand that has nothing else to post."""
    del engine
    async with open_town(tmp_path, replace(example_settings(), content=())) as town:
        await show(town, AUTHOR, f"晒单 {TEXT}")
        await town.say(AUTHOR, "匿名授权")
        await town.tell(OPERATOR, "通过投稿 1")
        await town.pass_time(hours=3)
        posts = await town.posts()
        assert sum(f"{TEXT}\n——来自一位群友" in post["text"] for post in posts) == 1
        shown = [part["kind"] for post in posts for part in post["media"]]
        assert shown == ["image"]
