"""Where a client proves itself and gets an access token, where it pushes what it asks of a person, and where that is described.

RFC 6749 sections 4.1 and 4.4, RFC 7523; RFC 9126; RFC 8414.
"""

from datetime import timedelta
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Form, Router, Status
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from chengxin.api.application import PUSH_PATH, TOKEN_PATH, answers_of
from chengxin.api.authorisations import LeaveAsked
from chengxin.api.schemas import LeaveGranted, Pushed, TokenGiven
from chengxin.identity.errors import GrantUnsupported
from chengxin.identity.openness import address_of, public
from chengxin.identity.tokens import (
    ALGORITHMS,
    ASSERTION_TYPE,
    Token,
    bind_token,
    issue_token,
    machine_acts,
    prove_client,
)
from chengxin.lib.calls import RequestInvalid
from chengxin.sharing.asking import Caller
from chengxin.sharing.authorising.browser import HOLDS_S, Exchanged, Way, exchange_code, push_request

CREDENTIALS, CODE = "client_credentials", "authorization_code"
DETAILS_MOST = 10_000


class LeaveDetails(LeaveAsked):
    """What is asked of whoever comes with the reference (RFC 9396): one of these, and nobody named."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    type: Annotated[str, Field(pattern=r"^urn:chengxin:leave$")]
    officer: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.@-]+$")]


DETAILS = TypeAdapter(Annotated[list[LeaveDetails], Field(min_length=1, max_length=1)])

router = Router(tags=["令牌 / tokens"])


@router.post("/token", response=answers_of("token", s200=TokenGiven), exclude_none=True, url_name="token")
@public("凭签名声明证明系统身份，尚未证明的不得到任何东西")
def token(
    request: HttpRequest,
    response: HttpResponse,
    *,
    grant_type: Form[str],
    client_assertion_type: Form[str],
    client_assertion: Form[str],
    scope: Form[str] = "",
    code: Form[str] = "",
    redirect_uri: Form[str] = "",
    code_verifier: Form[str] = "",
) -> TokenGiven:
    """Take a statement (client_assertion) signed with the client's private key and give an access token for it.

    It is a JWT: iss and sub are the client's id, aud is our issuer, exp at most five minutes ahead, jti never used before. With
    grant_type=authorization_code also the code, the redirect_uri that was pushed, and the code_verifier: the token is bound to what the
    person granted.
    """
    if grant_type not in {CREDENTIALS, CODE} or client_assertion_type != ASSERTION_TYPE:
        raise GrantUnsupported
    at = timezone.now()
    client = prove_client(client_assertion, address=address_of(request), at=at)
    response.headers["Cache-Control"] = "no-store"
    if grant_type == CREDENTIALS:
        return _given(issue_token(client, scope, at=at))
    found = exchange_code(client, code, redirect_uri, code_verifier)
    return _given(bind_token(client, found.number, at=at), found)


def _given(made: Token, found: Exchanged | None = None) -> TokenGiven:
    subject = found.subject if found else None
    details = [_granted(found)] if found else None
    return TokenGiven(
        access_token=made.text, expires_in=made.life_s, scope=made.scope, sub=subject, authorization_details=details
    )


def _granted(found: Exchanged) -> LeaveGranted:
    leave = found.leave
    last_day = leave.valid_until - timedelta(days=1)
    return LeaveGranted(
        authorisation=found.number,
        duty=found.duty,
        items=sorted(leave.items),
        once=leave.once,
        last_day=last_day,
        announces=leave.announces,
    )


@router.post(
    "/par",
    response=answers_of("par", s201=Pushed),
    url_name="par",
)
@public("凭签名声明证明系统身份，尚未证明的不得到任何东西")
def push(
    request: HttpRequest,
    response: HttpResponse,
    *,
    client_assertion_type: Form[str],
    client_assertion: Form[str],
    authorization_details: Form[str],
    response_type: Form[str],
    redirect_uri: Form[str],
    state: Form[str],
    code_challenge: Form[str],
    code_challenge_method: Form[str],
) -> Status[Pushed]:
    """Take what is asked, and give a reference for ten minutes with which the browser is sent to authorization_endpoint."""
    if client_assertion_type != ASSERTION_TYPE:
        raise GrantUnsupported
    at, address = timezone.now(), address_of(request)
    client = prove_client(client_assertion, address=address, at=at)
    asked = _details(authorization_details)
    way = Way(response_type, redirect_uri, state, code_challenge, code_challenge_method)
    caller = Caller(client.organisation, client.client_id, address)
    reference = push_request(caller, asked.officer, asked.wanted(), way, at=at)
    response.headers["Cache-Control"] = "no-store"
    return Status(201, Pushed(request_uri=reference, expires_in=HOLDS_S))


def _details(text: str) -> LeaveDetails:
    """Read what is asked. Raises RequestInvalid, which says nothing of what stood there."""
    if len(text) > DETAILS_MOST:
        raise RequestInvalid
    try:
        (asked,) = DETAILS.validate_json(text)
    except ValidationError:
        raise RequestInvalid from None
    return asked


@public("说明如何取得令牌，不含任何人的信息")
def metadata(request: HttpRequest) -> JsonResponse:
    algorithms = sorted(ALGORITHMS.values())
    return JsonResponse(
        {
            "issuer": settings.API_ISSUER,
            "authorization_endpoint": request.build_absolute_uri(reverse("authorise")),
            "token_endpoint": request.build_absolute_uri(TOKEN_PATH),
            "pushed_authorization_request_endpoint": request.build_absolute_uri(PUSH_PATH),
            "require_pushed_authorization_requests": True,
            "grant_types_supported": [CODE, CREDENTIALS],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_details_types_supported": ["urn:chengxin:leave"],
            "authorization_response_iss_parameter_supported": True,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": algorithms,
            "scopes_supported": sorted(machine_acts()),
        }
    )
