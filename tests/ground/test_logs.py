"""No personal value reaches a log: neither our own errors nor what PostgreSQL quotes of a row."""

import io
import logging
import logging.config
from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from chengxin.ground.logs import BareErrors, bare_trace
from chengxin.identity.queries import Found, Named
from chengxin.lib.crypto import SealBroken
from chengxin.sharing.deciding import Question
from chengxin.sharing.services import Report
from tests.conftest import Register
from tests.people import WANG_WEI

SECRETS = (WANG_WEI.code, WANG_WEI.name, WANG_WEI.code[6:14])


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Set up logging as the installation does, and give what it writes."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    logging.config.dictConfig(settings.LOGGING)
    (handler,) = (one for one in root.handlers if isinstance(one, logging.StreamHandler) and one not in kept)
    stream = io.StringIO()
    handler.setStream(stream)
    yield stream
    root.handlers[:] = kept
    root.setLevel(level)


def clean(stream: io.StringIO) -> str:
    text = stream.getvalue()
    assert text
    assert [secret for secret in SECRETS if secret in text] == []
    assert "DETAIL" not in text
    return text


def break_a_constraint() -> None:
    """Make PostgreSQL quote a row: ``Failing row contains (…)``, with a name and a code in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_organisation (code, name, kind, region, valid_from) VALUES (%s, %s, 'club', '140000', now())",
            [WANG_WEI.code, f"{WANG_WEI.name} {WANG_WEI.code[6:14]}"],
        )


def test_postgresql_does_quote_the_row(register: Register) -> None:
    register.become("owner")
    with pytest.raises(DatabaseError) as error:
        break_a_constraint()
    assert WANG_WEI.code in str(error.value)


def test_logged_exception_shows_class_and_place_alone(register: Register, written: io.StringIO) -> None:
    register.become("owner")
    try:
        break_a_constraint()
    except DatabaseError:
        logging.getLogger("chengxin.test").exception("could not be written")
    text = clean(written)
    assert "IntegrityError (text withheld)" in text
    assert "test_logs.py" in text


def test_error_given_as_an_argument_is_named_by_its_class(register: Register, written: io.StringIO) -> None:
    register.become("owner")
    try:
        break_a_constraint()
    except DatabaseError as error:
        logging.getLogger("chengxin.test").error("it failed: %s (%s)", error, "batch 7")  # noqa: TRY400  # the error as an argument is what is tried
    assert "IntegrityError (text withheld) (batch 7)" in clean(written)


def test_chain_of_errors_shows_none_of_their_texts(written: io.StringIO) -> None:
    try:
        try:
            raise ValueError(WANG_WEI.code)  # noqa: TRY301  # raised to be logged
        except ValueError as error:
            raise RuntimeError(WANG_WEI.name) from error
    except RuntimeError:
        logging.getLogger("chengxin.test").exception("twice")
    assert "RuntimeError (text withheld)" in clean(written)


def test_group_of_errors_shows_none_of_their_texts(written: io.StringIO) -> None:
    try:
        raise ExceptionGroup(WANG_WEI.name, [ValueError(WANG_WEI.code)])  # noqa: TRY301  # raised to be logged
    except ExceptionGroup:
        logging.getLogger("chengxin.test").exception("many")
    assert "ExceptionGroup (text withheld)" in clean(written)


def crash(request: HttpRequest) -> HttpResponse:
    break_a_constraint()
    return HttpResponse()


urlpatterns = [path("crash/", crash)]


@override_settings(ROOT_URLCONF="tests.ground.test_logs", MIDDLEWARE=[])
def test_page_that_crashes_logs_no_value_and_shows_none(register: Register, written: io.StringIO) -> None:
    register.become("owner")
    answer = Client(raise_request_exception=False).post(
        f"/crash/?{WANG_WEI.born}", {"code": WANG_WEI.code, "name": WANG_WEI.name}
    )
    assert answer.status_code == 500
    assert not any(secret.encode() in answer.content for secret in SECRETS)
    assert "IntegrityError (text withheld)" in clean(written)


def test_filter_leaves_what_is_harmless() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%s rows of batch %d", ("12", 7), None)
    assert BareErrors().filter(record)
    assert record.getMessage() == "12 rows of batch 7"
    named = logging.LogRecord("x", logging.INFO, __file__, 1, "%(rows)s rows", ({"rows": 5},), None)
    assert BareErrors().filter(named)
    assert named.getMessage() == "5 rows"


def test_bare_trace_names_the_class_and_not_the_text() -> None:
    try:
        raise psycopg.errors.CheckViolation(WANG_WEI.code)
    except psycopg.Error as error:
        text = bare_trace(type(error), error.__traceback__)
    assert "psycopg.errors.CheckViolation (text withheld)" in text
    assert WANG_WEI.code not in text


# Pages of the public site show their title: everybody may read it, and it holds nobody's code.
MODELS = [
    model
    for model in apps.get_models()
    if model.__module__.startswith("chengxin.") and not model.__module__.startswith("chengxin.education.pages")
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: str(model.__name__))
def test_no_model_shows_a_value_as_text(model: type[Model]) -> None:
    row, key = model(), {field.name for field in model._meta.pk_fields}
    values = {
        "CharField": WANG_WEI.name,
        "TextField": WANG_WEI.name,
        "DateField": date(1990, 1, 1),
        "BinaryField": WANG_WEI.code.encode(),
    }
    for field in model._meta.concrete_fields:
        if field.name not in key and field.get_internal_type() in values:
            setattr(row, field.attname, values[field.get_internal_type()])
    shown = f"{row} {row!r}"
    public = model._meta.label == "identity.User"  # an officer's login
    assert public or not any(text in shown for text in (WANG_WEI.name, WANG_WEI.code, "1990"))


def test_what_carries_a_person_has_no_readable_form() -> None:
    question = Question("resident-id", WANG_WEI.code, WANG_WEI.name)
    named = Named(WANG_WEI.name, WANG_WEI.code)
    report = Report("CX1", datetime.now(UTC), named, "", "", "", "", "", ())
    for one in (question, named, report, Found(1, name_fits=True, died=None), SealBroken()):
        assert not any(secret in f"{one} {one!r}" for secret in SECRETS)
