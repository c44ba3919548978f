"""Tables of spreadsheets are read with the place of every cell."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.csv_table import Table, decode, read_table

PLAIN = "标题,正文\n春,茶\n"

TEXTS = st.text(alphabet='ab ,"\n茶；;', max_size=6)


def rows_of(text: str) -> list[dict[str, str]]:
    table = read_table("t.csv", text)
    assert isinstance(table, Table), table
    return [{name: cell.text for name, cell in row.items()} for row in table.rows]


def problem_of(text: str) -> str:
    found = read_table("t.csv", text)
    assert isinstance(found, tuple)
    return "\n".join(map(str, found))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_spreadsheets_give_the_same_text(encoding: str) -> None:
    assert decode(PLAIN.replace("\n", "\r\n").encode(encoding)) == PLAIN


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_what_is_neither_utf8_nor_gb18030_is_no_table(encoding: str) -> None:
    assert decode(b"\xfe\xff" * (encoding == "utf-16-be") + PLAIN.encode(encoding)) is None
    assert decode(b"\xff\x00\xff") is None


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_what_a_spreadsheet_writes_is_read_back_trimmed(rows: list[tuple[str, str]]) -> None:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([("x", "y"), *rows])

    assert rows_of(written.getvalue()) == [
        {"x": x.strip(), "y": y.strip()} for x, y in rows if x.strip() or y.strip()
    ]


def test_a_cell_knows_its_line_and_column_also_after_a_cell_of_several_lines() -> None:
    table = read_table("t.csv", 'a,b\n"一\n二","三"\n四,五\n')
    assert isinstance(table, Table)

    places = [(cell.line, cell.column) for row in table.rows for cell in row.values()]

    assert places == [(2, 1), (3, 4), (4, 1), (4, 3)]


def test_lines_without_anything_and_commas_at_the_end_do_no_harm() -> None:
    assert rows_of("a,b,,\n1,2,,\n,,,\n\n3\n") == [{"a": "1", "b": "2"}, {"a": "3", "b": ""}]


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_tabs_and_semicolons_separate_as_well(mark: str) -> None:
    assert rows_of(f"a{mark}b\n1{mark}2\n") == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "t.csv:1:1  an empty table  write the names of the columns into the first line"),
        ("\n,,\n", "t.csv:1:1  an empty table  write the names of the columns"),
        ("a,,b\n", "t.csv:1:3  column 2 has no name  write its name into the first line"),
        ("a,b,a\n", "t.csv:1:5  a  a column twice  remove one of the two"),
        ("a\n1,2\n", "t.csv:2:3  2 cells, but the first line names 1 columns"),
        ('a,b\n1,"二\n', 't.csv:2:3  a quote that is not closed  write " at the end of the cell'),
        ('a,b\n"1"x,2\n', 't.csv:2:1  something behind the closing quote  write "" for a quote'),
    ],
)
def test_what_is_no_table_is_told_with_its_place(text: str, problem: str) -> None:
    assert problem_of(text).startswith(problem)
