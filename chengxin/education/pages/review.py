"""Two pairs of eyes: whoever wrote part of a page approves none of it. The database has the same rule (pages_guard_publishing)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from wagtail.models import Page

from chengxin.identity.models import User


def wrote_what_waits(page: Page, user: User) -> bool:
    """Tell whether an officer wrote any of what would be published now."""
    since = page.revisions.filter(pk__gt=page.live_revision_id or 0)
    return bool(since.filter(user_id=user.pk).exists())


def refuse_own_writing(page: Page, user: Any) -> None:
    """Raise PermissionDenied where somebody would approve what they wrote."""
    if wrote_what_waits(page, user):
        raise PermissionDenied(
            "页面由写的人以外的另一名审核员发布。 / Another officer than its writer publishes a page."
        )
