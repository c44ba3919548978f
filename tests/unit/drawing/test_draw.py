"""Pictures: the same facts give the same file, and facts that differ can be seen to differ."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.pictures import (
    MOST_LINES,
    BestShare,
    BoardLine,
    BoardPicture,
    DayState,
    PacketPicture,
    Picture,
    ShopItem,
    ShopPicture,
)
from bot.drawing.canvas import MARGIN, PADDING, WIDTH
from bot.drawing.draw import draw
from bot.platforms.limits import WEBHOOK_IMAGE_BYTES

from .support import BOARD, NOVEMBER, PACKET, PICTURES, SHOP, height, look


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_a_png_as_wide_as_a_phone(picture: Picture) -> None:
    assert draw(picture).startswith(b"\x89PNG\r\n\x1a\n")
    assert look(picture).width == WIDTH


@pytest.mark.parametrize("picture", PICTURES)
def test_the_same_facts_give_the_same_bytes(picture: Picture) -> None:
    first = draw(picture)
    draw.cache_clear()
    assert draw(picture) == first


def test_pictures_are_kept_for_the_next_who_shows_them_and_not_without_end() -> None:
    draw.cache_clear()
    for points in (*range(40), 39):
        draw(replace(PACKET, points=points, best=None))
    kept = draw.cache_info()
    assert (kept.hits, kept.currsize) == (1, 32)


@pytest.mark.parametrize("state", [state for state in DayState if state is not DayState.DONE])
def test_every_state_of_a_day_looks_different(state: DayState) -> None:
    days = (*NOVEMBER.days[:4], state, *NOVEMBER.days[5:])
    assert draw(replace(NOVEMBER, days=days)) != draw(NOVEMBER)


def test_a_month_of_six_weeks_is_taller_than_one_of_four() -> None:
    august = replace(NOVEMBER, month="2026-08", days=(DayState.DONE,) * 31)
    february = replace(NOVEMBER, month="2027-02", days=(DayState.DONE,) * 28)
    assert height(august) - height(february) == 2 * 122


def test_a_shop_tells_what_is_gone_what_is_left_and_what_is_missing() -> None:
    looks = {
        draw(replace(SHOP, items=(ShopItem("谷雨霜", 300, left),), balance=balance))
        for left, balance in ((0, 820), (12, 820), (12, 299), (None, 820))
    }
    assert len(looks) == 4


def test_a_board_marks_the_readers_line() -> None:
    first, second = (look(replace(BOARD, mine=rank)).getpixel((WIDTH // 2, 340)) for rank in (1, 2))
    assert first != second


def test_places_that_are_left_out_of_a_board_leave_a_gap() -> None:
    near = replace(BOARD, lines=(BoardLine(1, "林晚", 9), BoardLine(2, "阿青", 8)))
    far = replace(BOARD, lines=(BoardLine(1, "林晚", 9), BoardLine(7, "阿青", 8)))
    assert height(far) > height(near)


def test_the_luckiest_has_a_place_of_his_own_below_the_figures() -> None:
    assert height(PACKET) > height(replace(PACKET, best=None))


@pytest.mark.parametrize("picture", [replace(SHOP, items=()), replace(BOARD, lines=(), mine=None)])
def test_a_picture_of_nothing_says_so(picture: Picture) -> None:
    card = look(picture).crop((MARGIN + PADDING, 280, WIDTH - MARGIN - PADDING, 420))
    assert len(card.getcolors() or []) > 2


def test_the_tallest_picture_can_still_be_posted_by_a_webhook() -> None:
    lines = tuple(BoardLine(rank, "鱼塘的林晚" * 9, 10**9 - rank, 99) for rank in range(1, 61))
    items = (ShopItem("鱼塘的谷雨霜" * 9, 10**9, 10**6, "含烟酰胺的试用装" * 9),) * MOST_LINES
    for picture in (replace(BOARD, lines=lines), replace(SHOP, items=items)):
        assert len(draw(picture)) < WEBHOOK_IMAGE_BYTES


NAMES = st.text(max_size=40)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(name=NAMES, note=NAMES, number=st.integers(0, 10**12))
def test_no_name_and_no_number_keeps_a_picture_from_being_drawn(
    name: str, note: str, number: int
) -> None:
    facts: list[Picture] = [
        ShopPicture(name, (ShopItem(name, number, number, note),), number, note, name),
        BoardPicture(name, note, (BoardLine(1, name, number, number),), name[:2], 1, note),
        PacketPicture(name, number, number, number, BestShare(name, number), note),
        replace(NOVEMBER, title=name, streak=number, note=note, brand=note),
    ]
    for picture in facts:
        assert look(picture).width == WIDTH
