"""XML as the platform writes it, and no more: elements and text, bounded, without DTD.

Values are kept as they came (not stripped), repeated and nested elements keep their order, and
attributes do not exist. What is written always parses: `]]>` is split over two CDATA sections and
characters that XML 1.0 cannot carry are dropped.
"""

import pyexpat
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn

from bot.core.errors import BadPayload

MAX_DOCUMENT_BYTES = 512 * 1024
MAX_DEPTH = 16
MAX_ELEMENTS = 10_000

Fields = Iterable[tuple[str, "str | int | Fields"]]
"""What is inside an element: names with texts, numbers, or fields of their own."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Element:
    """An element: ``text`` is all of its own text, ``children`` are in document order."""

    name: str
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def child(self, name: str) -> "Element | None":
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def value(self, name: str) -> str:
        """The text of the first child of that name, empty when there is none."""
        child = self.child(name)
        return "" if child is None else child.text

    def needed(self, name: str) -> str:
        """The same without space around it. Raises BadPayload when there is nothing."""
        value = self.value(name).strip()
        if not value:
            raise BadPayload(f"The callback has no {name}.")
        return value


def parse_xml(document: str | bytes) -> Element:
    """The root element of a document in UTF-8.

    Raises BadPayload for what is not well-formed, has a DTD, or exceeds ``MAX_DOCUMENT_BYTES``,
    ``MAX_DEPTH`` or ``MAX_ELEMENTS``.
    """
    raw = document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise BadPayload("The XML is too long.", bytes=len(raw))
    builder = _Builder()
    parser = pyexpat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.refuse_doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(raw, True)  # noqa: FBT003 (expat's own signature: this is the last chunk)
    except pyexpat.ExpatError as error:
        raise BadPayload("The XML is not well-formed.", line=error.lineno) from None
    return builder.document.children[0]


def write_xml(fields: Fields) -> str:
    """An <xml> element with one child per field: text as CDATA, numbers bare, fields nested."""
    return f"<xml>{_write_fields(fields)}</xml>"


def _write_fields(fields: Fields) -> str:
    return "".join(f"<{name}>{_write_value(value)}</{name}>" for name, value in fields)


def _write_value(value: "str | int | Fields") -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f"<![CDATA[{_NOT_XML.sub('', value).replace(']]>', ']]]]><![CDATA[>')}]]>"
    return _write_fields(value)


class _Builder:
    """Collects what expat reports."""

    def __init__(self) -> None:
        self.document = Element("")
        self._open = [self.document]
        self._texts: list[list[str]] = [[]]
        self._elements = 0

    def refuse_doctype(self, *_: object) -> NoReturn:
        raise BadPayload("The XML has a document type, which the platform never sends.")

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise BadPayload("The XML has too many elements.")
        if len(self._open) > MAX_DEPTH:
            raise BadPayload("The XML is nested too deeply.")
        element = Element(name)
        self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def end(self, _name: str) -> None:
        self._open.pop().text = "".join(self._texts.pop())

    def characters(self, data: str) -> None:
        self._texts[-1].append(data)
