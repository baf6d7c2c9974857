"""The number that a script of the editors' face carries."""

from django.template import Library

from chengxin.portal.nonces import number

register = Library()


@register.simple_tag
def nonce() -> str:
    return number()
