"""The address table of the public site's face: nothing here knows a session, and nothing sets a cookie."""

from django.urls import URLPattern, URLResolver, include, path

from chengxin.portal.public.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("", include("chengxin.portal.pwa")),
    path("", include("chengxin.portal.public.urls")),
]

handler400 = "chengxin.portal.pages.bad_request"
handler403 = "chengxin.portal.pages.not_allowed"
handler404 = "chengxin.portal.pages.not_found"
handler500 = "chengxin.portal.pages.broken"
