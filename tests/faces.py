"""One process playing another face's part for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import Client, override_settings

from tests.conftest import Register


def public_settings() -> dict[str, Any]:
    """Give what the public site's process has otherwise than the desk's: its addresses and its middleware."""
    return {
        "FACE": "public",
        "ROOT_URLCONF": "chengxin.site.public_urls",
        "MIDDLEWARE": settings.PUBLIC_MIDDLEWARE,
        "FILE_UPLOAD_HANDLERS": [],
    }


def editing_settings() -> dict[str, Any]:
    """Give what the editors' process has otherwise than the desk's."""
    return {
        "FACE": "editing",
        "ROOT_URLCONF": "chengxin.site.editing_urls",
        "MIDDLEWARE": settings.EDITING_MIDDLEWARE,
        "FILE_UPLOAD_HANDLERS": ["chengxin.portal.editing.uploads.PictureUploadHandler"],
        "SESSION_COOKIE_NAME": "chengxin_editing",
        "FACE_HOME": "wagtailadmin_home",
        "LOGOUT_REDIRECT_URL": "account_login",
        "X_FRAME_OPTIONS": "SAMEORIGIN",
        "STORAGES": {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    }


@contextmanager
def public_face(register: Register) -> Iterator[Client]:
    """Be the process of the public site, its database role included, and the desk's again afterwards."""
    with override_settings(**public_settings()):
        register.become("public")
        yield Client()
    register.become("app")
