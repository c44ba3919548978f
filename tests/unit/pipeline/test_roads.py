"""Roads: what an answer needs decides whether the open request can take it."""

import pytest

from bot.core.events import MediaKind
from bot.core.messages import Drawing, Media, Message, Text
from bot.core.pictures import PacketPicture
from bot.core.ports import Capabilities
from bot.pipeline.roads import fits_request
from bot.platforms.table import MEMBER_PAGE, OFFICIAL_ACCOUNT, WECOM_APP, WECOM_ROBOT

DRAWING = Drawing(PacketPicture("红包抢完啦", 200, 20, 23), "抢完啦")


@pytest.mark.parametrize("table", [WECOM_APP, OFFICIAL_ACCOUNT])
@pytest.mark.parametrize("message", [DRAWING, Media(MediaKind.IMAGE, "a.png")])
def test_what_must_be_uploaded_first_is_pushed_where_it_can_be_shown(
    message: Message, table: Capabilities
) -> None:
    assert not fits_request(message, table)


@pytest.mark.parametrize("table", [WECOM_ROBOT, MEMBER_PAGE])
def test_a_drawing_is_answered_at_once_where_nothing_can_be_uploaded(table: Capabilities) -> None:
    assert fits_request(DRAWING, table)


def test_words_are_answered_at_once() -> None:
    assert fits_request(Text("好"), WECOM_APP)
