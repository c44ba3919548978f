"""The XML codec: what it keeps, what it refuses, and that what it writes always parses."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.xml import (
    MAX_DEPTH,
    MAX_DOCUMENT_BYTES,
    MAX_ELEMENTS,
    parse_xml,
    write_xml,
)
from bot.core.errors import BadPayload


def test_values_keep_their_spaces_and_cdata_joins_text() -> None:
    root = parse_xml("<xml><Content> a<![CDATA[ <b> ]]>c </Content></xml>")
    assert root.value("Content") == " a <b> c "


def test_nested_and_repeated_elements_are_kept_in_order() -> None:
    root = parse_xml(
        "<xml><List><Item>1</Item><Item>2</Item></List><List><Item>3</Item></List></xml>"
    )
    lists = [[item.text for item in each.children] for each in root.children]
    assert lists == [["1", "2"], ["3"]]


def test_a_missing_child_has_an_empty_value() -> None:
    root = parse_xml("<xml><Empty/></xml>")
    assert (root.value("Empty"), root.child("Absent"), root.value("Absent")) == ("", None, "")


@pytest.mark.parametrize(
    "document",
    [
        "",
        "<xml>",
        "<xml></lmx>",
        "<a/><b/>",
        "text",
        "<xml>&undeclared;</xml>",
        b"<xml>\xff</xml>",
        "<xml>\x00</xml>",
        "<xml>\ud800</xml>",
        '<?xml version="1.0" encoding="utf-16"?><xml>',
    ],
)
def test_what_is_not_well_formed_is_refused(document: str | bytes) -> None:
    with pytest.raises(BadPayload):
        parse_xml(document)


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE xml>",
        '<!DOCTYPE xml SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE xml [<!ENTITY lol "lol"><!ENTITY lols "&lol;&lol;">]>',
        '<!DOCTYPE xml [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_any_document_type_is_refused(doctype: str) -> None:
    with pytest.raises(BadPayload, match="document type"):
        parse_xml(f"{doctype}<xml><Content>hello</Content></xml>")


def test_nesting_is_bounded() -> None:
    def nested(depth: int) -> str:
        return "<a>" * depth + "</a>" * depth

    assert parse_xml(nested(MAX_DEPTH)).name == "a"
    with pytest.raises(BadPayload, match="deeply"):
        parse_xml(nested(MAX_DEPTH + 1))


def test_the_number_of_elements_is_bounded() -> None:
    assert len(parse_xml(f"<xml>{'<a/>' * (MAX_ELEMENTS - 1)}</xml>").children) == MAX_ELEMENTS - 1
    with pytest.raises(BadPayload, match="too many"):
        parse_xml(f"<xml>{'<a/>' * MAX_ELEMENTS}</xml>")


def test_the_length_is_bounded() -> None:
    filler = "x" * (MAX_DOCUMENT_BYTES - len("<xml></xml>"))
    assert parse_xml(f"<xml>{filler}</xml>").text == filler
    with pytest.raises(BadPayload, match="too long"):
        parse_xml(f"<xml>{filler}x</xml>")


def test_numbers_are_written_bare_and_texts_as_cdata() -> None:
    assert write_xml([("A", 1), ("B", "b")]) == "<xml><A>1</A><B><![CDATA[b]]></B></xml>"


def test_fields_are_written_within_fields() -> None:
    written = write_xml([("Articles", [("item", [("Title", "a")]), ("item", [("Title", "b")])])])
    (articles,) = parse_xml(written).children
    assert [item.value("Title") for item in articles.children] == ["a", "b"]


def test_a_needed_value_is_there_or_the_document_is_refused() -> None:
    root = parse_xml("<xml><A> a </A><B> </B></xml>")
    assert root.needed("A") == "a"
    for missing in ("B", "C"):
        with pytest.raises(BadPayload, match=missing):
            root.needed(missing)


@given(st.text())
def test_whatever_is_written_parses_to_the_text_without_what_xml_cannot_carry(text: str) -> None:
    written = write_xml([("Content", text)])
    expected = "".join(
        char
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
        if char in "\t\n" or (char >= " " and not "\ud800" <= char <= "\udfff")
    ).translate({0xFFFE: None, 0xFFFF: None})
    assert parse_xml(written).value("Content") == expected
    assert (ET.fromstring(written).findtext("Content") or "") == expected


@pytest.mark.parametrize("text", ["]]>", "a]]><Evil>1</Evil><![CDATA[b", "]]]]>>", "]]\x00>", "]"])
def test_an_injected_end_of_cdata_stays_text(text: str) -> None:
    root = ET.fromstring(write_xml([("Content", text)]))
    assert [child.tag for child in root] == ["Content"]
    assert root.findtext("Content") == text.replace("\x00", "")
