"""What is made of a part of the settings is made once, and again of another part."""

from bot.core.caching import KEPT, made_once


def test_of_the_same_part_something_is_made_once() -> None:
    made: list[list[int]] = []

    @made_once
    def make(part: list[int]) -> int:
        made.append(part)
        return sum(part)

    part = [1, 2]
    assert (make(part), make(part)) == (3, 3)
    assert len(made) == 1


def test_an_equal_part_is_another_part() -> None:
    made: list[list[int]] = []

    @made_once
    def make(part: list[int]) -> list[int]:
        made.append(part)
        return part

    first, second = [1], [1]
    assert make(first) is first
    assert make(second) is second
    assert make(first) is first
    assert len(made) == 2


def test_what_was_made_of_parts_long_out_of_force_is_let_go() -> None:
    made: list[list[int]] = []

    @made_once
    def make(part: list[int]) -> int:
        made.append(part)
        return part[0]

    parts = [[number] for number in range(KEPT + 1)]
    assert [make(part) for part in parts] == list(range(KEPT + 1))
    make(parts[0])
    assert len(made) == KEPT + 2
