"""Facts of pictures: they travel as JSON, and what no picture can show is refused at once."""

import json
from typing import Any

import pytest

from bot.core.messages import Drawing, message_from_json, message_to_json, plain_text
from bot.core.pictures import (
    MOST_LINES,
    BoardLine,
    BoardPicture,
    CalendarPicture,
    DayState,
    PacketPicture,
    Picture,
    ShopItem,
    ShopPicture,
    picture_from_json,
)

from .support import BOARD, PACKET, PICTURES

FEBRUARY = (DayState.DONE,) * 28


@pytest.mark.parametrize("picture", [*PICTURES, PacketPicture("红包到时间了", 9, 3, 86_400)])
def test_a_drawing_is_stored_as_its_facts_and_words_and_read_back_the_same(
    picture: Picture,
) -> None:
    drawing = Drawing(picture, "看图")
    stored = json.dumps(message_to_json(drawing))
    assert message_from_json(json.loads(stored)) == drawing


def test_a_stored_drawing_names_its_kind_so_that_a_person_can_read_the_row() -> None:
    stored = message_to_json(Drawing(PACKET, "抢完啦"))
    assert (stored["type"], stored["picture"]["kind"]) == ("drawing", "packet")


def test_the_words_of_a_drawing_are_what_is_screened_and_shown_without_pictures() -> None:
    assert plain_text(Drawing(BOARD, "这周的榜")) == "这周的榜"


def test_a_kind_that_nobody_draws_is_refused() -> None:
    with pytest.raises(ValueError, match="mural"):
        picture_from_json({"kind": "mural"})


@pytest.mark.parametrize("month", ["2026-02", "2100-02"])
def test_a_calendar_has_every_day_of_its_month(month: str) -> None:
    assert CalendarPicture(month, "", FEBRUARY, 0).days == FEBRUARY


@pytest.mark.parametrize("month", ["2028-02", "2026-03", "2026-13", "November"])
def test_a_calendar_without_some_of_its_days_or_its_month_is_refused(month: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        CalendarPicture(month, "", FEBRUARY, 0)


def lines(*ranks: int) -> tuple[BoardLine, ...]:
    return tuple(BoardLine(rank, "林晚", 10) for rank in ranks)


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (CalendarPicture, {"month": "2026-02", "title": "", "days": FEBRUARY, "streak": -1}),
        (ShopItem, {"name": "谷雨霜", "price": -1}),
        (ShopItem, {"name": "谷雨霜", "price": 1, "left": -1}),
        (ShopPicture, {"title": "", "items": (ShopItem("霜", 1),) * (MOST_LINES + 1)}),
        (BoardLine, {"rank": 0, "name": "林晚", "score": 1}),
        (BoardPicture, {"title": "", "period": "", "lines": lines(2, 1)}),
        (BoardPicture, {"title": "", "period": "", "lines": lines(*range(1, MOST_LINES + 2))}),
        (PacketPicture, {"title": "", "points": 1, "shares": 1, "seconds": -1}),
    ],
)
def test_facts_that_cannot_be_are_refused_where_they_are_made(
    kind: type, facts: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"negative|at most|order|begin"):
        kind(**facts)
