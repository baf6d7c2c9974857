"""The address table. Every view carries its access policy; a test walks this table."""

from django.urls import URLPattern, URLResolver, include, path

from chengxin.api.tokens import metadata
from chengxin.portal.public.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("", include("chengxin.portal.pwa")),
    path(".well-known/oauth-authorization-server", metadata, name="oauth-metadata"),
    path("api/v1/", include("chengxin.api.urls")),
    path("", include("chengxin.portal.accounts.urls")),
    path("", include("chengxin.portal.accounts.person_urls")),
    path("", include("chengxin.portal.urls")),
]

handler400 = "chengxin.portal.pages.bad_request"
handler403 = "chengxin.portal.pages.not_allowed"
handler404 = "chengxin.portal.pages.not_found"
handler500 = "chengxin.portal.pages.broken"
