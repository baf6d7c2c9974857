"""The addresses of the public site. Other faces lead to them by ``public_url``, as pages of another process."""

from django.urls import path

from chengxin.portal.public import (
    catalogue,
    consultations,
    editions,
    error_codes,
    feedback,
    organisations,
    pages,
    permissions,
    receipts,
    reports,
    searching,
    start,
    statistics,
    style,
    who_may_ask,
)

app_name = "public"
urlpatterns = [
    path("", start.start, name="start"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/editions/", editions.editions, name="editions"),
    path("catalogue/editions/<str:edition>/", editions.edition, name="edition"),
    path("catalogue/editions/<str:edition>/catalogue.json", editions.edition_json, name="edition-json"),
    path("catalogue/editions/<str:edition>/catalogue.csv", editions.edition_csv, name="edition-csv"),
    path("catalogue/compare/", editions.compare, name="compare"),
    path("catalogue/consultations/", consultations.list_open, name="consultations"),
    path("catalogue/consultations/<int:number>/", consultations.consultation, name="consultation"),
    path("catalogue/publication/", catalogue.publication, name="publication"),
    path("catalogue/<str:code>/", catalogue.item, name="item"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("permissions/", permissions.permissions, name="permissions"),
    path("who-may-ask/", who_may_ask.who_may_ask, name="who-may-ask"),
    path("who-may-ask/list.csv", who_may_ask.who_may_ask_csv, name="who-may-ask-csv"),
    path("who-may-ask/list.json", who_may_ask.who_may_ask_json, name="who-may-ask-json"),
    path("errors/", error_codes.error_codes, name="error-codes"),
    path("errors/list.json", error_codes.error_codes_json, name="error-codes-json"),
    path("errors/<slug:code>/", error_codes.error_code, name="error-code"),
    path("receipts/", receipts.receipt, name="check-receipt"),
    path("reports/", reports.check, name="check-report"),
    path("feedback/", feedback.feedback, name="feedback"),
    path("feedback/answer/", feedback.feedback_answer, name="feedback-answer"),
    path("statistics/", statistics.page, name="statistics"),
    path("statistics/figures.csv", statistics.file, name="statistics-file"),
    path("style/", style.style, name="style"),
    path("search/", searching.find, name="search"),
    path("pictures/<str:name>", pages.picture, name="picture"),
    path("sitemap.xml", pages.sitemap, name="sitemap"),
    path("robots.txt", pages.robots, name="robots"),
    # Whatever is left may be a page that editors wrote: this stays last.
    path("<path:address>", pages.page, name="page"),
]
