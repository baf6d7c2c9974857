"""Addresses where persons log in, and of their own page; the desk's face alone has them. None ever holds a code or a name."""

from django.urls import path

from chengxin.portal.accounts import platform
from chengxin.portal.person import authorisations, contacts, demo, details, entries, file, home, reports, scans

urlpatterns = [
    path("me/login/", platform.begin, name="person-login"),
    path("me/login/answer/", platform.callback, name="person-callback"),
    path("me/demo/<int:place>/", demo.demo_login, name="person-demo"),
    path("me/", home.person_home, name="person-home"),
    path("me/messages/", contacts.messages, name="person-messages"),
    path("me/messages/contacts", contacts.enter, name="person-contact-enter"),
    path("me/messages/contacts/<int:number>/code", contacts.again, name="person-contact-again"),
    path("me/messages/contacts/<int:number>/prove", contacts.prove, name="person-contact-prove"),
    path("me/messages/contacts/<int:number>/quiet", contacts.quiet, name="person-contact-quiet"),
    path("me/messages/contacts/<int:number>/drop", contacts.drop, name="person-contact-drop"),
    path("me/file/", file.own_file, name="person-file"),
    path("me/file/<str:name>/", file.own_record, name="person-record"),
    path("me/entries/", entries.entries, name="person-entries"),
    path("me/entries.csv", entries.entries_csv, name="person-entries-csv"),
    path("me/entries.json", entries.entries_json, name="person-entries-json"),
    path("me/entries/<uuid:entry>/ask", entries.ask, name="person-ask"),
    path("me/authorisations/", authorisations.authorisations, name="person-authorisations"),
    path("me/authorisations/<slug:number>/", authorisations.authorisation, name="person-authorisation"),
    path("me/authorisations/<slug:number>/grant", authorisations.grant, name="person-grant"),
    path("me/authorisations/<slug:number>/refuse", authorisations.refuse, name="person-refuse"),
    path("me/authorisations/<slug:number>/narrow", authorisations.narrow, name="person-narrow"),
    path("me/authorisations/<slug:number>/withdraw", authorisations.withdraw, name="person-take-back"),
    path("me/authorisations/<slug:number>/<slug:receipt>.pdf", authorisations.receipt_pdf, name="person-leave-pdf"),
    path("me/authorisations/<slug:number>/<slug:receipt>.json", authorisations.receipt_json, name="person-leave-json"),
    path("me/questions/", entries.questions, name="person-questions"),
    path("me/details/", details.details, name="person-details"),
    path("me/delegations/", details.delegations, name="person-delegations"),
    path("me/delegations/<int:number>/end", details.end, name="person-end-delegation"),
    path("me/scans/", scans.scans, name="person-scans"),
    path("me/scans/<slug:number>", scans.scan, name="person-scan"),
    path("me/reports/", reports.reports, name="person-reports"),
    path("me/reports/report.pdf", reports.report_pdf, name="person-report-pdf"),
    path("me/reports/report.json", reports.report_json, name="person-report-json"),
    path("me/reports/special/", reports.certificate, name="person-certificate"),
    path("me/reports/<str:number>/withdraw", reports.withdraw_report, name="person-withdraw-report"),
]
