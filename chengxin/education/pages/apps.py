from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class PagesConfig(AppConfig):
    name = "chengxin.education.pages"
    label = "pages"

    def ready(self) -> None:
        from chengxin.education.pages import pictures  # noqa: F401  # listens to what is published


class Profiles(WagtailUsersAppConfig):
    """Editors' own choices of how the editor looks. Accounts and groups are the administration's: nothing here manages them."""

    user_viewset = group_viewset = "chengxin.education.pages.viewsets.Nothing"
