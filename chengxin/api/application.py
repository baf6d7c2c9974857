"""The API as a whole: who may call what, and how errors are told."""

import logging
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.security.base import AuthBase

from chengxin import __version__
from chengxin.api.description import described
from chengxin.api.schemas import Problem
from chengxin.identity.checking import is_key_gone, refuse_client
from chengxin.identity.errors import TokenInvalid
from chengxin.identity.openness import AccessPolicy, View, address_of
from chengxin.identity.policies import bearer_in, clients_may
from chengxin.identity.tokens import Bearer, machine_acts
from chengxin.lib.calls import BodyTooLong, DatabaseAway, MediaTypeUnknown, MethodUnknown, RequestInvalid
from chengxin.lib.errors import ChengxinError, TooMany, Unavailable, Unproved
from chengxin.lib.problems import PROBLEM, problem
from chengxin.sharing.interface import OPERATIONS

logger = logging.getLogger(__name__)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
NOT_ALLOWED = 405
# Of which limit nothing is left, in the words of the header RateLimit.
SPENT = {"quota-exhausted": "day", "rate-exceeded": "minute"}
UNPUBLISHED = "isn't published for"
TOKEN_PATH, PUSH_PATH = "/api/v1/token", "/api/v1/par"  # addresses
OAUTH_PATHS = (TOKEN_PATH, PUSH_PATH)
# What OAuth calls those of our errors that it has a name of its own for (RFC 6749, 9126, 9396).
OAUTH_ERRORS = {
    "request-invalid": "invalid_request",
    "push-unfit": "invalid_request",
    "redirect-unknown": "invalid_request",
    "client-not-in-force": "invalid_client",
    "address-not-allowed": "invalid_client",
    "enrolment-unknown": "invalid_authorization_details",
    "authorisation-refused": "invalid_authorization_details",
    "quota-exhausted": "temporarily_unavailable",
    "rate-exceeded": "temporarily_unavailable",
}


def answers_of(name: str, **good: Any) -> Any:
    """Give what an operation answers with: its own answers (as ``s200``), and every status of its errors."""
    return {
        **{int(status[1:]): schema for status, schema in good.items()},
        **dict.fromkeys(OPERATIONS[name].statuses, Problem),
    }


class ClientToken(AuthBase):
    """Lets a client in whose access token covers the act and was got with a key that still proves it.

    The policy is what the walk over all operations compares.

    ``standing``: asks here whether the client is in force and calls from its own network, where what the operation does asks that nowhere.
    """

    openapi_type = "oauth2"
    openapi_flows = {  # noqa: RUF012  # read by ninja as it is
        "clientCredentials": {"tokenUrl": TOKEN_PATH, "scopes": {act: act for act in sorted(machine_acts())}}
    }

    def __init__(self, act: str, *, standing: bool = False) -> None:
        self.policy: AccessPolicy = clients_may(act)
        self._standing = standing
        super().__init__()

    def __call__(self, request: HttpRequest) -> Bearer:
        bearer = bearer_in(request, self.policy, at=timezone.now())
        if is_key_gone(bearer.client_id, bearer.key):
            raise TokenInvalid
        if self._standing:
            refuse_client(bearer.client_id, bearer.organisation, address_of(request))
        return bearer


class Bodies(Parser):
    """Reads bodies of JSON, and of nothing that only looks like it."""

    def parse_body(self, request: HttpRequest) -> Any:
        if not_json(request):
            raise ValueError(request.content_type)
        return super().parse_body(request)


api = NinjaAPI(
    title="诚信 · 机构接口 / Chengxin institutions' interface",
    version=__version__,
    description="实名核验：只答相符、不符或者查无，不提供任何个人信息。查询：按开通的查询事项，只答该事项规定的那种答复。每一次本人都看得到。",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    parser=Bodies(),
)


def description() -> dict[str, Any]:
    """Describe the interface (OpenAPI 3.1), with every answer that it gives."""
    return described(api.get_openapi_schema(path_prefix="/api/v1/"), server=settings.DESK_URL)


def in_words(view: View) -> View:
    """Answer with a problem document too where Ninja has none: a method that an address doesn't take, a form that isn't one."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.path in OAUTH_PATHS and request.method == "POST" and (request.content_type or "").lower() != FORM:
            return answer_problem(not_taken(FORM), error="invalid_request")
        answer = view(request, *args, **kwargs)
        if answer.status_code != NOT_ALLOWED:
            return answer
        told = answer_problem(MethodUnknown())
        told.headers["Allow"] = answer.headers["Allow"]
        return told

    return answering


def answer_problem(told: ChengxinError, **members: Any) -> HttpResponse:
    """Answer with a problem document and the headers that its kind asks for."""
    response = JsonResponse(
        {**problem(told, settings.PUBLIC_URL), **members},
        status=told.status,
        content_type=PROBLEM,
        json_dumps_params={"ensure_ascii": False},
    )
    if isinstance(told, Unproved):
        response.headers["WWW-Authenticate"] = f'Bearer error="{told.code.replace("-", "_")}"'
    if told.code in SPENT and isinstance(told, TooMany):
        response.headers["RateLimit"] = f'"{SPENT[told.code]}";r=0;t={told.again_in_s}'
    if isinstance(told, TooMany | Unavailable):
        response.headers["Retry-After"] = str(told.again_in_s)
    return response


@api.exception_handler(ChengxinError)
def _answer(request: HttpRequest, error: ChengxinError) -> HttpResponse:
    operation = OPERATIONS.get(request.resolver_match.url_name or "") if request.resolver_match else None
    if operation and error.code not in operation.codes_of(error.status):
        logger.error("%s %s %s", error.code, UNPUBLISHED, operation.path.removeprefix("/"))
    if request.path in OAUTH_PATHS:
        return answer_problem(error, error=OAUTH_ERRORS.get(error.code, error.code.replace("-", "_")))
    return answer_problem(error)


@api.exception_handler(ValidationError)
def _answer_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the places that are wrong, and nothing of what stood there."""
    places = sorted({".".join(str(part) for part in fault["loc"] if part != "body") for fault in error.errors})
    members = {"error": "invalid_request"} if request.path in OAUTH_PATHS else {}
    return answer_problem(RequestInvalid(), fields=places, **members)


@api.exception_handler(HttpError)
def _answer_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Tell why a body can't be read: too long, of another kind than is taken, or malformed."""
    if isinstance(error.__cause__, RequestDataTooBig):
        return answer_problem(BodyTooLong())
    return answer_problem(not_taken(JSON) if not_json(request) else RequestInvalid())


def not_json(request: HttpRequest) -> bool:
    """Tell whether a body is said to be something else than JSON."""
    return (request.content_type or JSON).lower() != JSON


def not_taken(*kinds: str) -> MediaTypeUnknown:
    return MediaTypeUnknown(f"请用 {'、'.join(kinds)}。", f"Send {', '.join(kinds)}.")


@api.exception_handler(RequestDataTooBig)
def _answer_too_long(request: HttpRequest, error: Exception) -> HttpResponse:  # noqa: ARG001  # Ninja's own signature
    return answer_problem(BodyTooLong())


@api.exception_handler(Exception)
def _answer_broken(request: HttpRequest, error: Exception) -> HttpResponse:  # noqa: ARG001  # Ninja's own signature
    return answer_broken(error)


def answer_broken(error: Exception) -> HttpResponse:
    """Log a bug, without its text, and say no more than that there is one; of a database that isn't there when to come again."""
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("the database can't be reached", exc_info=error)
        return answer_problem(DatabaseAway())
    logger.error("an operation of the API failed", exc_info=error)
    return answer_problem(ChengxinError("请稍后再试。", "Try again later."))
