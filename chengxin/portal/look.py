"""How a reader wants pages shown: large print or not, light or dark.

Where a session is known the choice stands in it. The public site keeps nothing of anybody: there the reader's own browser keeps it
by a script, and large print also goes without one, by ``?large=1``, which every link of the page then carries on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

PRINTS, THEMES = ("normal", "large"), ("auto", "light", "dark")
KEPT = "look"
LARGE = "large"
# Links inside this site and those that only change the query; files are no pages.
LINK = re.compile(rb'(<a [^>]*?href=")((?:/(?!/|static/)|\?)[^"#]*)')
SEARCH = re.compile(rb'<form method="get"[^>]*>')
HIDDEN = b'<input type="hidden" name="large" value="1">'


@dataclass(frozen=True, slots=True)
class Look:
    """What was chosen. ``kept`` where the server keeps it, so that no script looks elsewhere."""

    print: str = "normal"
    theme: str = "auto"
    kept: bool = False

    @property
    def large(self) -> bool:
        return self.print == "large"


def asked_look(request: HttpRequest) -> Look:
    """Give what the address asks for."""
    return Look("large" if request.GET.get(LARGE) == "1" else "normal")


def kept_look(request: HttpRequest) -> Look:
    """Give what stands in a session; what the address asks for goes before it."""
    found = cast("dict[str, str]", request.session.get(KEPT, {}))
    print_, theme = found.get("print", "normal"), found.get("theme", "auto")
    return Look("large" if asked_look(request).large else print_, theme, kept=True)


def keep_look(request: HttpRequest, chosen: dict[str, str]) -> None:
    request.session[KEPT] = {**request.session.get(KEPT, {}), **chosen}


def carry_large(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Carry ``?large=1`` on through every link, search and redirection of the public site, which keeps nothing of its readers."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not asked_look(request).large or not isinstance(response, HttpResponse):
            return response
        if location := response.headers.get("Location"):
            response.headers["Location"] = with_large(location.encode()).decode()
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.content = SEARCH.sub(rb"\g<0>" + HIDDEN, LINK.sub(_carried, response.content))
        return response

    return middleware


def _carried(link: re.Match[bytes]) -> bytes:
    return link[1] + (link[2] if b"data-print" in link[1] else with_large(link[2], b"&amp;"))


def with_large(address: bytes, joint: bytes = b"&") -> bytes:
    return address + (joint if b"?" in address else b"?") + b"large=1"
