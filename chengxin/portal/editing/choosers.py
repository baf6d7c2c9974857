"""The content system's fields for choosing a page write a script beside themselves: it carries the answer's number, as the policy asks."""

from functools import wraps
from typing import Any

from django.utils.safestring import mark_safe
from wagtail.admin.widgets import BaseChooser

from chengxin.portal.nonces import number

_plain = BaseChooser.render


@wraps(_plain)
def numbered_script(self: Any, *arguments: Any, **named: Any) -> Any:
    """Number the one script at the end of a field; what stands in it is written by the content system as JSON."""
    before, script, rest = _plain(self, *arguments, **named).rpartition("<script>")
    return mark_safe(f'{before}<script nonce="{number()}">{rest}' if script else rest)  # noqa: S308  # was safe before


def number_scripts() -> None:
    BaseChooser.render = numbered_script
