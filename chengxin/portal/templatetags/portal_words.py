"""What pages say with: words for codes, figures with separators, addresses of the public site."""

from typing import Any

from django.conf import settings
from django.forms import BoundField
from django.template import Library
from django.urls import reverse

from chengxin.identity.permissions import permissions
from chengxin.lib.regions import Level, region
from chengxin.portal.navigation import public_url
from chengxin.portal.words import LOGGED, TABLES
from chengxin.records.checks import message_of

register = Library()


@register.filter
def word(code: Any, table: str) -> str:
    """Give the word for a code, the code itself where the table has none."""
    return TABLES[table].get(str(code), str(code))


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


@register.simple_tag
def picture_url(file: str) -> str:
    """Give the address of a picture: at the public site among those that are published, to editors among all."""
    if settings.FACE == "editing":
        return reverse("media", args=[file])
    return reverse("public:picture", args=[file.rpartition("/")[2]])
