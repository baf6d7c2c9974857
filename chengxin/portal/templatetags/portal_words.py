"""What pages say with: words for codes, figures with separators, addresses of the public site."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.forms import BoundField
from django.template import Context, Library
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from chengxin.catalogue.queries import Cited
from chengxin.identity.permissions import permissions
from chengxin.lib.regions import Level, region
from chengxin.portal.languages import at, half, in_english, name_of, zh
from chengxin.portal.navigation import public_url
from chengxin.portal.words import LOGGED
from chengxin.portal.words import word as word_for
from chengxin.records.checks import message_of

register = Library()


@register.filter
def word(code: Any, table: str) -> str:
    """Give the word for a code, the code itself where the table has none."""
    return zh(word_for(code, table))


@register.filter
def words(codes: Iterable[Any], table: str) -> str:
    """Give the words for codes, as a list in a sentence."""
    return zh(gettext("、").join(word_for(code, table) for code in codes))


@register.filter
def shown(text: Any) -> str:
    """Give a word that stands in our own tables in the language of the page."""
    return gettext(str(text))


@register.filter
def within(address: str) -> str:
    """Give an address that editors wrote: one of ours in the language of the page, another site's as it is."""
    return at(address) if address.startswith("/") else address


@register.filter
def length_of(number: int, unit: str) -> str:
    """Say how long a period is: so many of a unit."""
    match unit:
        case "working_day":
            told = ngettext("%(number)d 个工作日", "%(number)d 个工作日", number)
        case "month":
            told = ngettext("%(number)d 个月", "%(number)d 个月", number)
        case "year":
            told = ngettext("%(number)d 年", "%(number)d 年", number)
        case _:
            told = ngettext("%(number)d 天", "%(number)d 天", number)
    return told % {"number": number}


@register.simple_tag
def gap() -> str:
    """Part two sentences where the language does so by a space."""
    return " " if in_english() else ""


@register.simple_tag
def item_name(record: Any) -> str:
    """Name the item of a record."""
    return str(record.item_name_en if in_english() else record.item_name)


@register.simple_tag
def article_of(source: Any) -> str:
    """Name a law and its article, which exist in Chinese alone."""
    return zh(f"《{source.law}》{source.article}")


@register.simple_tag
def cited(laws: tuple[Cited, ...]) -> SafeString:
    """List articles as they are shown everywhere: a person's records mostly rest on the same ones, which are laid out once."""
    return _cited(laws, in_english())


@lru_cache(maxsize=512)
def _cited(laws: tuple[Cited, ...], english: bool) -> SafeString:  # noqa: ARG001, FBT001  # what the template asks of the page
    return render_to_string("portal/person/sources.html", {"laws": laws})


@register.simple_tag(takes_context=True)
def said(context: Context, message: Any) -> str:
    """Say a message of the form “中文 / English”: one half where the page stands in both languages, all of it elsewhere."""
    covered = getattr(context.get("installation"), "covered", False)
    return zh(half(str(message)) if covered or in_english() else message)


@register.filter
def figure(number: int) -> str:
    return f"{number:,}"


@register.filter
def mebibytes(size: int) -> str:
    return f"{size / (1 << 20):,.1f} MB" if size >= 1 << 20 else f"{max(size / 1024, 0.1):,.1f} KB"


@register.filter
def is_choice(field: BoundField) -> bool:
    """Tell whether a field is a group of choices, which a fieldset names instead of a label."""
    return field.use_fieldset


@register.filter
def act_name(code: str) -> str:
    """Give the name of an act in the action log, nothing where none is known."""
    act = permissions().acts.get(code)
    return act.name if act else LOGGED.get(code, "")


@register.filter
def check_says(code: str, version: int) -> str:
    """Give what a check says; its code where it was a draft that no edition took up."""
    return message_of(code, version) or code


@register.filter
def region_name(code: str) -> str:
    """Give a region's name, a county's with its city; the code itself where the province has none."""
    found, city = region(code), region(f"{code[:4]}00")
    if found is None:
        return "全国" if code == "100000" else code
    return f"{city.name}{found.name}" if found.level is Level.COUNTY and city else found.name


register.simple_tag(public_url)
register.simple_tag(at)
register.simple_tag(in_english)
register.simple_tag(name_of)
register.filter(zh)


@register.simple_tag
def picture_url(file: str) -> str:
    """Give the address of a picture: at the public site among those that are published, to editors among all."""
    if settings.FACE == "editing":
        return reverse("media", args=[file])
    return reverse("public:picture", args=[file.rpartition("/")[2]])
