"""Persons log in at the province's real-name platform, by OpenID Connect: code flow with PKCE, state and nonce.

What the platform says is believed only signed by one of its keys, made out to us, for this very login. The person is found by type and
code of the certificate and must bear the name on file; nobody is found by name, and nobody unknown to the register is let in.
"""

import secrets
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal.statekit import unstash_state
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from chengxin.identity.errors import PlatformRefused, PlatformUnreachable
from chengxin.identity.openness import public
from chengxin.identity.services.logging_in import note_stranger, settle_person
from chengxin.lib.codes import CodeType
from chengxin.portal.languages import as_printed

PROVIDER = "platform"
# A signature by the platform's private key; never one that the client's secret, or nobody, could make.
ALGORITHMS = ["RS256", "PS256", "ES256"]
LEEWAY_S = 60
NOT_VOUCHED = (OAuth2Error, RequestException, JoseError, KeyError, TypeError, ValueError)


class Platform(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth's base has no types
    """The platform as its own discovery document describes it."""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:  # noqa: ARG002  # allauth's own signature
        with as_printed():  # the platform knows one address of ours
            return request.build_absolute_uri(reverse("person-callback"))

    def vouched(self, answer: dict[str, Any], *, nonce: str) -> dict[str, Any]:
        """Give what the platform vouches for in its answer to the code. Raises one of NOT_VOUCHED."""
        claims = self._signed(answer["id_token"], nonce)
        if settings.OIDC_CLAIMS["code"] in claims:
            return claims
        with get_adapter().get_requests_session() as session:
            bearer = {"Authorization": f"Bearer {answer['access_token']}"}
            told = session.get(self.profile_url, headers=bearer)
            told.raise_for_status()
        more: dict[str, Any] = told.json()
        if more["sub"] != claims["sub"]:
            raise ValueError("somebody else's particulars")
        return {**claims, **more}

    def _signed(self, text: str, nonce: str) -> dict[str, Any]:
        client: str = self.get_provider().app.client_id
        issuer = settings.OIDC_URL.rstrip("/")
        if self.openid_config["issuer"].rstrip("/") != issuer:
            raise ValueError("the discovery document is of another issuer")
        with get_adapter().get_requests_session() as session:
            keys = session.get(self.openid_config["jwks_uri"])
            keys.raise_for_status()
        token = jwt.decode(text, KeySet.import_key_set(keys.json()), algorithms=ALGORITHMS)
        wanted = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.openid_config["issuer"]},
            aud={"essential": True, "value": client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        wanted.validate(token.claims)
        if token.claims.get("azp", client) != client:
            raise ValueError("made out to another")
        return dict(token.claims)


@public("转到省统一身份认证平台登录，不含任何人的信息")
def begin(request: HttpRequest) -> HttpResponse:
    """Lead to the platform. Raises PlatformUnreachable; there is nothing here where no platform is set."""
    if settings.DEMO and not settings.OIDC_URL:  # a demo's persons come in by the buttons there
        return redirect("portal:start")
    platform = _platform(request)
    provider = platform.get_provider()
    provider.oauth2_adapter_class = Platform
    nonce = secrets.token_urlsafe(24)
    # Whoever is in already comes to prove who they are once more: the platform asks them anew.
    asked = {"nonce": nonce, **({"prompt": "login"} if request.user.is_authenticated else {})}
    # In which language they came stands in the address to which they come back.
    onward = get_next_redirect_url(request) or reverse(settings.PERSON_HOME)
    try:
        answer: HttpResponse = provider.redirect(request, "login", auth_params=asked, nonce=nonce, onward=onward)
    except (RequestException, KeyError, ValueError):
        raise PlatformUnreachable from None
    return answer


@public("平台带着一次性的凭据回到这里；凭据不符的一概拒绝")
def callback(request: HttpRequest) -> HttpResponse:
    """Take the platform's answer and let the person in. Raises PlatformRefused, for every reason alike."""
    platform, at = _platform(request), timezone.now()
    provider = platform.get_provider()
    state = unstash_state(request, state_id=request.GET.get("state", ""), provider_id=provider.sub_id)
    try:
        if state is None:
            raise ValueError("an answer to nothing we asked")
        client = platform.get_client(request, provider.app)
        answer = platform.get_access_token_data(
            request, provider.app, client, pkce_code_verifier=state["pkce_code_verifier"]
        )
        user = settle_person(*_particulars(platform.vouched(answer, nonce=state["nonce"])))
    except NOT_VOUCHED:
        user = None
    if user is None:
        note_stranger(at=at)
        raise PlatformRefused
    get_account_adapter().login(request, user)
    return redirect(state.get("onward") or settings.PERSON_HOME)


def _platform(request: HttpRequest) -> Platform:
    made = Platform(request, PROVIDER)
    try:
        made.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return made


def _particulars(claims: dict[str, Any]) -> tuple[str, str, str]:
    """Give type and code of the certificate and the name. Raises KeyError, ValueError when one is missing or of an unknown kind."""
    names = settings.OIDC_CLAIMS
    kind = CodeType(claims.get(names["code_type"], CodeType.RESIDENT_ID.value))
    return kind.value, str(claims[names["code"]]).strip().upper(), str(claims[names["name"]])
