"""Where a client proves itself and gets an access token (RFC 6749 section 4.4, RFC 7523), and where that is described (RFC 8414)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Form, Router

from chengxin.api.application import TOKEN_PATH, answers_of
from chengxin.api.schemas import TokenGiven
from chengxin.identity.errors import GrantUnsupported
from chengxin.identity.openness import address_of, public
from chengxin.identity.tokens import ALGORITHMS, ASSERTION_TYPE, issue_token, machine_acts, prove_client

router = Router(tags=["令牌 / tokens"])


@router.post("/token", response=answers_of("token", s200=TokenGiven), url_name="token")
@public("凭签名声明证明系统身份，尚未证明的不得到任何东西")
def token(
    request: HttpRequest,
    response: HttpResponse,
    grant_type: Form[str],
    client_assertion_type: Form[str],
    client_assertion: Form[str],
    scope: Form[str] = "",
) -> TokenGiven:
    """Take a statement (client_assertion) signed with the client's private key and give an access token for it.

    It is a JWT: iss and sub are the client's id, aud is our issuer, exp at most five minutes ahead, jti never used before.
    """
    if (grant_type, client_assertion_type) != ("client_credentials", ASSERTION_TYPE):
        raise GrantUnsupported
    at = timezone.now()
    client = prove_client(client_assertion, address=address_of(request), at=at)
    made = issue_token(client, scope, at=at)
    response.headers["Cache-Control"] = "no-store"
    return TokenGiven(access_token=made.text, expires_in=made.life_s, scope=made.scope)


@public("说明如何取得令牌，不含任何人的信息")
def metadata(request: HttpRequest) -> JsonResponse:
    algorithms = sorted(ALGORITHMS.values())
    return JsonResponse(
        {
            "issuer": settings.API_ISSUER,
            "token_endpoint": request.build_absolute_uri(TOKEN_PATH),
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": algorithms,
            "scopes_supported": sorted(machine_acts()),
        }
    )
