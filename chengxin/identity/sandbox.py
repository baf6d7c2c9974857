"""Whose numbers a sandbox may look at: nobody's (docs/adr/0020-sandbox.md)."""

from django.conf import settings

from chengxin.ground.errors import ClosedInSandbox
from chengxin.lib.codes.synthetic import reads_synthetic


def is_real_here(code: str) -> bool:
    """Tell whether this is a sandbox and the number may be a real person's: it is then neither hashed nor looked up."""
    return settings.SANDBOX and not reads_synthetic(code)


def refuse_in_sandbox(what: str, what_en: str) -> None:
    """Raise ClosedInSandbox where this is a sandbox."""
    if settings.SANDBOX:
        raise ClosedInSandbox(what, what_en)
