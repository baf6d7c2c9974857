"""The addresses of the desk. None of them ever holds anything of a person."""

from django.urls import path

from chengxin.portal.desk import (
    adjudication,
    coverage,
    delegations,
    entrance,
    home,
    intake,
    lookup,
    occupations,
    persons,
    questions,
    returns,
    verification,
)

app_name = "portal"
urlpatterns = [
    path("", entrance.entrance, name="start"),
    path("desk/templates/<str:code>.xlsx", intake.template, name="template"),
    path("desk/", home.desk, name="desk"),
    path("desk/batches/", intake.batches, name="batches"),
    path("desk/batches/new/", intake.upload, name="upload"),
    path("desk/batches/<uuid:token>/", intake.batch, name="batch"),
    path("desk/batches/<uuid:token>/progress", intake.progress, name="progress"),
    path("desk/batches/<uuid:token>/findings/", intake.findings, name="findings"),
    path("desk/batches/<uuid:token>/questions/", questions.questions, name="questions"),
    path("desk/batches/<uuid:token>/numbers.csv", intake.numbers, name="numbers"),
    path("desk/batches/<uuid:token>/receipt.json", intake.receipt_file, name="receipt"),
    path("desk/batches/<uuid:token>/returns", returns.returns, name="returns"),
    path("desk/batches/<uuid:token>/returns/drop", returns.drop_returns, name="drop-returns"),
    path("desk/verification/", verification.check, name="verification"),
    path("desk/coverage/", coverage.report, name="coverage"),
    path("desk/delegations/", delegations.delegations, name="delegations"),
    path("desk/delegations/<int:number>/", delegations.confirm, name="delegation"),
    path("desk/delegations/<int:number>/end", delegations.end, name="end-delegation"),
    path("desk/occupations/", occupations.coverage, name="occupations"),
    path("desk/occupations/<slug:code>/", occupations.occupation, name="occupation"),
    path("desk/adjudication/", adjudication.cases, name="cases"),
    path("desk/adjudication/<int:number>/", adjudication.case, name="case"),
    path("desk/adjudication/<int:number>/second", adjudication.second, name="second"),
    path("desk/persons/", persons.persons, name="persons"),
    path("desk/persons/merge/", persons.merge, name="persons-merge"),
    path("desk/persons/split/", persons.split, name="persons-split"),
    path("desk/persons/<int:number>/", persons.transfer, name="person-transfer"),
    path("desk/persons/<int:number>/second", persons.second, name="person-second"),
    path("desk/persons/<int:number>/again/", persons.again, name="person-again"),
    path("desk/adjudication/<int:number>/withdraw", adjudication.withdraw, name="withdraw"),
    path("desk/lookup/", lookup.purposes, name="purposes"),
    path("desk/lookup/<str:purpose>/", lookup.lookup, name="lookup"),
]
