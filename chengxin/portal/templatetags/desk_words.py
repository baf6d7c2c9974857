"""What pages of the desk say with, beside what every page does."""

from importlib import import_module
from typing import Any

from django.template import Context, Library

register = Library()


@register.inclusion_tag("portal/desk/in_register.html", takes_context=True)
def in_register(context: Context, code: str, batch: str = "") -> dict[str, Any]:
    """Lead to the register of what a page works on, where the reader may see that."""
    # Every face loads every library of words at its start; only the desk has registers and officers.
    found = import_module("chengxin.portal.desk.register_table").REGISTERS[code]
    kind = import_module("chengxin.identity.policies").kind_of(context["request"])
    return {"register": found if found.open_to(context["installation"].acts, kind) else None, "batch": batch}
