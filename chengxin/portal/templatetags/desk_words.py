"""What pages of the desk say with, beside what every page does."""

from typing import Any

from django.template import Context, Library

from chengxin.identity.policies import kind_of
from chengxin.portal.desk.register_table import REGISTERS

register = Library()


@register.inclusion_tag("portal/desk/in_register.html", takes_context=True)
def in_register(context: Context, code: str, batch: str = "") -> dict[str, Any]:
    """Lead to the register of what a page works on, where the reader may see that."""
    found, acts = REGISTERS[code], context["installation"].acts
    return {"register": found if found.open_to(acts, kind_of(context["request"])) else None, "batch": batch}
