"""Reading a page as somebody who reads no Chinese: what of it is Chinese without saying so."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from chengxin.portal.languages import CHINESE_SIGN

# What is read out or seen besides text.
SAID = ("alt", "aria-label", "title", "placeholder")
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSEEN = {"script", "style"}


@dataclass
class Page(HTMLParser):
    """A page as read: its language, its h1, and every piece of Chinese that isn't marked as such."""

    lang: str = ""
    unmarked: list[str] = field(default_factory=list)
    h1: str = ""
    links: list[dict[str, str]] = field(default_factory=list)
    _open: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        lang = told.get("lang") or (self._open[-1][1] if self._open else "")
        if tag == "html":
            self.lang = lang
        if tag in {"a", "link"}:
            self.links.append(told)
        for name in SAID:
            self._read(told.get(name, ""), lang)
        if tag == "input" and told.get("type") == "submit":  # what stands in other fields the reader typed
            self._read(told.get("value", ""), lang)
        if tag not in EMPTY:
            self._open.append((tag, lang))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if UNSEEN.intersection(tags):
            return
        self.h1 += data.strip() if "h1" in tags else ""
        self._read(data, self._open[-1][1] if self._open else "")

    def _read(self, text: str, lang: str) -> None:
        if CHINESE_SIGN.search(text) and not lang.lower().startswith("zh"):
            self.unmarked.append(text.strip())


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    return page
