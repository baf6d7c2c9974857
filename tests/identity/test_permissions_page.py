"""The permission table is told as it is: in the document and on the page."""

import dataclasses
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.identity.permissions import permissions
from chengxin.identity.permissions_page import as_markdown, permission_table
from tests.conftest import Register

DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"


def test_the_document_is_the_table() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == as_markdown(), "run: chengxin permissions > docs/permissions.md"


def test_each_act_and_role_stands_in_the_document_as_the_table_has_it() -> None:
    header, _, *rows = [line for line in as_markdown().splitlines() if line.startswith("|")]
    names = [cell.strip() for cell in header.strip("|").split("|")][3:]
    roles = {role.name: role.code for role in permissions().roles.values()}
    told = {}
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        told[cells[0].split("`")[1]] = {
            roles[name] for name, cell in zip(names, cells[3:], strict=True) if cell == "可"
        }
    assert told == {code: set(act.roles) for code, act in permissions().acts.items()}


def test_a_scope_without_words_is_an_error() -> None:
    act = next(iter(permissions().acts.values()))
    odd = dataclasses.replace(permissions(), acts={act.code: dataclasses.replace(act, scope="everything")})
    with pytest.raises(KeyError):
        permission_table(odd)


def test_acts_of_some_kinds_of_organisation_alone_say_so() -> None:
    (row,) = [line for line in as_markdown().splitlines() if "`adjudication.decide`" in line]
    assert "只限信用中心" in row
    laid = {row.act.code: row for row in permission_table().rows}
    assert "the credit centre alone" in laid["coverage.see"].scope_en
    assert "只限" not in laid["report.issue"].scope


def test_everybody_can_read_the_table(public_site: Register) -> None:
    told = Client().get(reverse("public:permissions")).content.decode()
    assert all(act.name in told for act in permissions().acts.values())
    assert all(role.name in told for role in permissions().roles.values())
