"""What the content system would let one manage and doesn't here."""

from typing import Any

from wagtail.admin.viewsets.base import ViewSet


class Nothing(ViewSet):
    """No page, no entry of a menu."""

    def get_urlpatterns(self) -> list[Any]:
        return []
