"""English: the pages where people from outside meet the system stand a second time under ``/en/`` (docs/adr/0025-english.md).

The language is in the address alone: nothing is kept about the reader, and whoever keeps a page keeps it under its own address.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix
from django.utils.encoding import escape_uri_path
from django.utils.html import conditional_escape, format_html
from django.utils.translation import get_language, override

CHINESE, ENGLISH, PREFIX = "zh-hans", "en", "en/"
# What stands in Chinese alone at the faces that have both: the desk, answers for programs, files, and where others lead back to.
PLAIN = {
    "public": (
        "healthz",
        "manifest.webmanifest",
        "sw.js",
        "sitemap.xml",
        "robots.txt",
        "pictures/",
        "static/",
        "style/",
    ),
    "desk": (
        ".well-known/",
        "api/",
        "desk/",
        "healthz",
        "manifest.webmanifest",
        "me/login/answer/",
        "static/",
        "sw.js",
    ),
}
SIGNS = "\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
CHINESE_SIGN = re.compile(f"[{SIGNS}]")
BOTH = re.compile(f"(.*?[{SIGNS}”…]) / ([^{SIGNS}]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Languages:
    """The same page in the other language: ``other`` is its address, with its ``name`` and ``tag``; empty where a form was answered.

    ``alternates`` are the whole addresses of the page by language, for search engines.
    """

    other: str = ""
    name: str = ""
    tag: str = ""
    alternates: tuple[tuple[str, str], ...] = ()


def stands_in_both(path: str) -> bool:
    """Tell whether what is at a path, from the site's root, stands in both languages."""
    plain = PLAIN.get(settings.FACE)
    return plain is not None and not path.removeprefix("/").startswith(plain)


def in_english() -> bool:
    return get_language() == ENGLISH


def english_addresses(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer in English what is asked for under ``/en/``; lead to the plain address what stands in Chinese alone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.FACE not in PLAIN or not f"{request.path_info}/".startswith(f"/{PREFIX}"):
            return get_response(request)
        root, inside = get_script_prefix(), request.path_info.removeprefix(f"/{PREFIX.rstrip('/')}")
        if not inside or not stands_in_both(inside):
            place = escape_uri_path(root + (inside[1:] or PREFIX))
            return HttpResponseRedirect(with_query(place, request.META.get("QUERY_STRING", "")))
        request.path_info = inside
        with under(root + PREFIX), override(ENGLISH):
            return get_response(request)

    return middleware


@contextmanager
def under(prefix: str) -> Iterator[None]:
    """Make addresses with a prefix, and as before afterwards."""
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        yield
    finally:
        set_script_prefix(before)


@contextmanager
def as_printed() -> Iterator[None]:
    """Be in Chinese, at plain addresses: for documents that are Chinese whoever asks, and addresses that others know."""
    with under(root_prefix()), override(CHINESE):
        yield


def root_prefix() -> str:
    """Give what stands before every address of this installation, in whichever language."""
    prefix = get_script_prefix()
    return prefix.removesuffix(PREFIX) if in_english() else prefix


def at(path: str) -> str:
    """Give the address of a path from the site's root, in the language of the page."""
    return get_script_prefix() + path.removeprefix("/")


def languages_of(request: HttpRequest) -> Languages:
    """Give where the same page stands in the other language. An answer to a form stands nowhere."""
    if request.method not in {"GET", "HEAD", None}:
        return Languages()
    path = escape_uri_path(request.path_info).removeprefix("/")
    asked = request.GET.copy()
    asked.pop("large", None)  # links carry it on themselves (portal.look)
    plain, english = root_prefix() + path, root_prefix() + PREFIX + path
    told = ("中文", "zh-Hans", plain) if in_english() else ("English", "en", english)
    both = (("zh-Hans", plain), ("en", english)) if settings.FACE == "public" else ()
    alternates = tuple((tag, settings.PUBLIC_URL + address) for tag, address in both)
    return Languages(with_query(told[2], asked.urlencode()), told[0], told[1], alternates)


def with_query(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address


def half(text: str) -> str:
    """Give one half of a message of the form “中文 / English”: the one in the language of the page; all of it where it has no halves."""
    found = BOTH.fullmatch(text)
    return text if found is None else found[2 if in_english() else 1]


class Named(Protocol):
    """What bears a Chinese and an English name."""

    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def name_of(named: Named | Mapping[str, str]) -> str:
    """Name what has a name in both languages."""
    name = "name_en" if in_english() else "name"
    return named[name] if isinstance(named, Mapping) else str(getattr(named, name))


def zh(text: Any) -> str:
    """Mark what exists in Chinese alone where it stands on an English page, so that it is read out as Chinese."""
    told = conditional_escape(text)
    return format_html('<span lang="zh-Hans">{}</span>', told) if in_english() and CHINESE_SIGN.search(told) else told
