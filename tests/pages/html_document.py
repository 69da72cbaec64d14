"""A page as a parser sees it: its elements and attributes, and the text that a reader gets."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(frozen=True)
class Element:
    """A start tag."""

    tag: str
    attributes: dict[str, str]


@dataclass
class Document:
    """What a page holds, in order."""

    elements: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of a kind with these attributes."""
        return [
            element
            for element in self.elements
            if element.tag == tag and attributes.items() <= element.attributes.items()
        ]

    def links(self) -> list[str]:
        return [element.attributes["href"] for element in self.all("a")]

    def link(self, part: str) -> str:
        """The first link whose address has this part."""
        return next(address for address in self.links() if part in address)


class _Parser(HTMLParser):
    def __init__(self, document: Document) -> None:
        super().__init__(convert_charrefs=True)
        self._document = document

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._document.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self._document.texts.append(data)


def read_html(text: str) -> Document:
    document = Document()
    parser = _Parser(document)
    parser.feed(text)
    parser.close()
    return document
