"""The address table of the administration's face. Every view carries its access policy."""

from django.urls import URLPattern, URLResolver, include, path

from chengxin.portal.accounts.logins import home
from chengxin.portal.public.health import healthz
from chengxin.site.system import system

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("", include("chengxin.portal.pwa")),
    path("", include("chengxin.portal.accounts.urls")),
    path("", include("chengxin.portal.administration.urls")),
    path("system/", system, name="system"),
    path("", home, name="start"),
]

handler400 = "chengxin.portal.pages.bad_request"
handler403 = "chengxin.portal.pages.not_allowed"
handler404 = "chengxin.portal.pages.not_found"
handler500 = "chengxin.portal.pages.broken"
