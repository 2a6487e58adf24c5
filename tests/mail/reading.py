"""Reading a page as a browser would, strictly."""

from html.parser import HTMLParser


class Reading(HTMLParser):
    """Collects the words of a page, and complains about tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.urls += [value or "" for name, value in attrs if name in ("src", "href", "action")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> Reading:
    """Raises AssertionError for a page whose tags do not nest."""
    reading = Reading()
    reading.feed(html)
    assert not reading.open
    return reading
