"""Public keys in the forms in which recipients take them."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from chengxin.sharing.correcting.keys import WEBHOOK, public_keys


@dataclass(frozen=True, slots=True)
class WrittenKey:
    """A key that messages are signed by; ``until``: the moment from which it no longer does."""

    text: str
    since: datetime
    until: datetime | None


def written_keys(at: datetime) -> list[WrittenKey]:
    """Give the keys that sign messages now, in the form of Standard Webhooks, the newest first."""
    return [
        WrittenKey(f"whpk_{b64encode(public).decode()}", since, until)
        for _, public, since, until in public_keys(WEBHOOK)
        if until is None or until > at
    ]
