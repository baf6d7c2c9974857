"""The API as a whole: who may call what, and how errors are told."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security.base import AuthBase

from chengxin import __version__
from chengxin.api.schemas import Problem
from chengxin.identity.openness import AccessPolicy
from chengxin.identity.policies import bearer_in, clients_may
from chengxin.identity.tokens import Bearer, machine_acts
from chengxin.lib.errors import ChengxinError, TooMany, Unproved, Unusable
from chengxin.lib.problems import PROBLEM, problem

logger = logging.getLogger(__name__)
PROBLEMS = dict.fromkeys((400, 401, 403, 409, 422, 429), Problem)
FIRST_PROBLEM = 400
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


class RequestInvalid(Unusable):
    code = "request-invalid"
    message, message_en = "请求的格式不对。", "The request isn't in the form that the interface asks for."


class ClientToken(AuthBase):
    """Lets a client in whose access token covers the act; the policy is what the walk over all operations compares."""

    openapi_type = "oauth2"
    openapi_flows = {  # noqa: RUF012  # read by ninja as it is
        "clientCredentials": {"tokenUrl": TOKEN_PATH, "scopes": {act: act for act in sorted(machine_acts())}}
    }

    def __init__(self, act: str) -> None:
        self.policy: AccessPolicy = clients_may(act)
        super().__init__()

    def __call__(self, request: HttpRequest) -> Bearer:
        return bearer_in(request, self.policy, at=timezone.now())


class API(NinjaAPI):
    """Ninja's, with problem documents under their own media type."""

    def get_openapi_schema(self, **named: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**named)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= FIRST_PROBLEM:
                        response["content"] = {PROBLEM: response["content"].pop("application/json")}
        return schema


api = API(
    title="诚信 · 机构接口 / Chengxin institutions' interface",
    version=__version__,
    description="实名核验：只答相符、不符或者查无，不提供任何个人信息。查询：按开通的查询事项，只答该事项规定的那种答复。每一次本人都看得到。",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)


def answer_problem(told: ChengxinError, **members: Any) -> HttpResponse:
    """Answer with a problem document and the headers that its kind asks for."""
    response = JsonResponse(
        {**problem(told), **members},
        status=told.status,
        content_type=PROBLEM,
        json_dumps_params={"ensure_ascii": False},
    )
    if isinstance(told, Unproved):
        response.headers["WWW-Authenticate"] = f'Bearer error="{told.code.replace("-", "_")}"'
    if isinstance(told, TooMany):
        response.headers["Retry-After"] = str(told.again_in_s)
    return response


@api.exception_handler(ChengxinError)
def _answer(request: HttpRequest, error: ChengxinError) -> HttpResponse:
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
def _answer_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001  # Ninja's own signature
    return answer_problem(RequestInvalid())


@api.exception_handler(Exception)
def _answer_broken(request: HttpRequest, error: Exception) -> HttpResponse:  # noqa: ARG001  # Ninja's own signature
    return answer_broken(error)


def answer_broken(error: Exception) -> HttpResponse:
    """Log a bug, without its text, and say no more than that there is one."""
    logger.error("an operation of the API failed", exc_info=error)
    return answer_problem(ChengxinError("请稍后再试。", "Try again later."))
