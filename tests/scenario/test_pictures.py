"""Pictures reach people: beneath a robot's answer, from the app in private, and in the group."""

from typing import Any

from tests.scenario.town import Town


def pictures(messages: list[dict[str, Any]], sender: str) -> list[dict[str, Any]]:
    """The messages of ``sender`` that show a picture."""
    return [
        message
        for message in messages
        if message["from_kind"] == sender
        and [medium["kind"] for medium in message["media"]] == ["image"]
    ]


async def test_the_board_is_shown_in_the_group_in_private_and_at_the_end_of_the_week(
    town: Town,
) -> None:
    await town.say("xiaolu", "签到")
    await town.say("aqing", "签到")

    before = await town.last_id()
    answer = await town.say("aqing", "排行")
    assert "1. 小鹿  10 分\n2. 阿晴  10 分" in answer
    assert len(pictures(await town.messages(after=before), "robot")) == 1

    await town.tell("aqing", "排行")
    await town.settle()
    private = await town.call("GET", "/people/aqing/messages?after=0")
    assert len(pictures(private["messages"], "app")) == 1

    before = await town.last_id()
    await town.pass_time(days=7, hours=3)  # Monday, ten in the morning
    assert len(pictures(await town.messages(after=before), "webhook")) == 1
    assert "隐身鱼友" not in await town.say("aqing", "排行 上周")
    await town.say("xiaolu", "隐身")
    assert "1. 隐身鱼友  10 分\n2. 阿晴  10 分" in await town.say("aqing", "排行 上周")
