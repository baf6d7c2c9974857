"""The addresses of the public site. Other faces lead to them by ``public_url``, as pages of another process."""

from django.urls import path

from chengxin.portal.public import catalogue, organisations, permissions, receipts, start

app_name = "public"
urlpatterns = [
    path("", start.start, name="start"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/<str:code>/", catalogue.item, name="item"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("permissions/", permissions.permissions, name="permissions"),
    path("receipts/", receipts.receipt, name="check-receipt"),
]
