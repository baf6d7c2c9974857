"""The address table of the editors' face: logging in, and the content system behind one policy."""

from django.urls import URLPattern, URLResolver, include, path

from chengxin.portal.accounts.logins import home
from chengxin.portal.public.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("", include("chengxin.portal.editing.urls")),
    path("", home, name="start"),
]

handler400 = "chengxin.portal.pages.bad_request"
handler403 = "chengxin.portal.pages.not_allowed"
handler404 = "chengxin.portal.pages.not_found"
handler500 = "chengxin.portal.pages.broken"
