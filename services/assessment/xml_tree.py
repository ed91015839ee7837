"""The XML level of Moodle's question files: elements that know their line, read without any danger of XML."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource, Locator

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from services.assessment.question_rules import Fault

_DEEPEST = 50
_MOST = 200_000
"""Elements of a file; a question of Moodle's own export has about sixty."""


@dataclass(slots=True)
class Element:
    """An element: its name, its attributes, the line that it begins on, what is in it, and its own text."""

    name: str
    attributes: dict[str, str]
    line: int
    elements: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return its own text without space around it; that of the elements in it is theirs."""
        return "".join(self.pieces).strip()

    def all(self, name: str) -> list["Element"]:
        """Return the elements directly in it that have a name, in order."""
        return [one for one in self.elements if one.name == name]

    def first(self, *path: str) -> "Element | None":
        """Return the first element at the end of a path of names, if there is one."""
        found: Element | None = self
        for name in path:
            found = next(iter(found.all(name)), None) if found else None
        return found

    def said(self, *path: str) -> str:
        """Return the text at the end of a path of names, or nothing."""
        found = self.first(*path)
        return found.text if found else ""

    def within(self) -> Iterator["Element"]:
        """Yield itself and every element in it, at any depth."""
        yield self
        for one in self.elements:
            yield from one.within()


def read_tree(text: str) -> Element:
    """Return the root element of an XML text.

    Raises `Fault` for what is no XML, for a document type or entities (which can fetch files or grow without end),
    and for more or deeper elements than any file of questions has.
    """
    parser, building, source = make_parser(), _Building(), InputSource()
    parser.forbid_dtd = True
    parser.setContentHandler(building)
    # Given as characters, so that the encoding which the file declares cannot choose a decoder.
    source.setCharacterStream(StringIO(text))
    try:
        parser.parse(source)
    except SAXParseException as fault:
        detail = f"The file is no well-formed XML from this line on: {fault.getMessage()}."
        raise Fault("xml", detail, fault.getLineNumber()) from fault
    except DefusedXmlException as fault:
        detail = "The file declares a document type or entities (<!DOCTYPE …>); take the declaration out."
        raise Fault("xml_declarations", detail, building.line) from fault
    return building.top.elements[0]


class _Building(ContentHandler):
    """Builds the tree below `top` as the parser reads."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Element("", {}, 0)
        self._open = [self.top]
        self._count = 0

        self._place: Locator | None = None

    @property
    def line(self) -> int:
        """Return the line that the parser is at."""
        return (self._place.getLineNumber() if self._place else None) or 1

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802  # The parser calls it so.
        self._place = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # The parser calls it so.
        self._count += 1
        if self._count > _MOST:
            raise Fault("too_many_elements", f"The file has more than {_MOST} elements; split it.", self.line)
        if len(self._open) > _DEEPEST:
            raise Fault("too_deep", f"Elements are nested more than {_DEEPEST} deep.", self.line)
        element = Element(name, dict(attrs.items()), self.line)
        self._open[-1].elements.append(element)
        self._open.append(element)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802  # The parser calls it so.
        self._open.pop()

    def characters(self, content: str) -> None:
        self._open[-1].pieces.append(content)
