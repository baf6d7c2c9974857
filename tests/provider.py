"""A small OpenID provider, run as a process on loopback: discovery, authorisation with PKCE, token, keys, particulars.

What it is to say, and which of it is to be wrong, it reads from a file for each login. It checks what a provider must: client, secret,
redirect address, the code's single use, and that the verifier is the one the challenge was made from.
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT, SECRET = "chengxin", "client-secret-of-a-test"
codes: dict[str, dict[str, str]] = {}
tokens: dict[str, dict[str, Any]] = {}


class Provider(BaseHTTPRequestHandler):
    """One answer for each address of the protocol."""

    script: Path
    issuer: str
    key: jwk.RSAKey
    stranger: jwk.RSAKey

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        addresses: dict[str, Callable[[dict[str, str]], None]] = {
            "/.well-known/openid-configuration": self.discovery,
            "/keys": lambda _: self.answer({"keys": [self.key.as_dict(private=False)]}),
            "/authorize": self.authorize,
            "/userinfo": self.userinfo,
        }
        found = addresses.get(parts.path)
        if found is None:
            self.answer({}, 404)
        else:
            found(asked)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.token({name: values[0] for name, values in parse_qs(body).items()})

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.script.read_text())
        return told

    def discovery(self, _: dict[str, str]) -> None:
        base = self.issuer
        self.answer({
            "issuer": self.told().get("issuer", base), "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys", "userinfo_endpoint": f"{base}/userinfo", "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"], "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"], "code_challenge_methods_supported": ["S256"],
        })  # fmt: skip

    def authorize(self, asked: dict[str, str]) -> None:
        """Log the person in without a question and send them back, as after a page of the provider's own."""
        sound = asked.get("client_id") == CLIENT and asked.get("response_type") == "code"
        sound = sound and asked.get("code_challenge_method") == "S256" and len(asked.get("code_challenge", "")) == 43
        if not sound or "openid" not in asked.get("scope", "").split() or not asked.get("nonce"):
            self.answer({"error": "invalid_request"}, 400)
            return
        if "error" in self.told():
            self.redirect(asked, error=self.told()["error"])
            return
        code = secrets.token_urlsafe(16)
        codes[code] = asked
        self.redirect(asked, code=code)

    def redirect(self, asked: dict[str, str], **values: str) -> None:
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode({**values, 'state': asked['state']})}")
        self.end_headers()

    def token(self, asked: dict[str, str]) -> None:
        begun = codes.pop(asked.get("code", ""), None)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        sound = begun is not None and (asked.get("client_id"), asked.get("client_secret")) == (CLIENT, SECRET)
        sound = sound and asked.get("grant_type") == "authorization_code"
        if begun is None or not sound or begun["redirect_uri"] != asked.get("redirect_uri"):
            self.answer({"error": "invalid_grant"}, 400)
            return
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != begun["code_challenge"]:
            self.answer({"error": "invalid_grant", "error_description": "PKCE"}, 400)
            return
        access = secrets.token_urlsafe(16)
        told = self.told()
        tokens[access] = {"sub": "s-1", **told.get("userinfo", {})}
        self.answer({"access_token": access, "token_type": "Bearer", "id_token": self.signed(told, begun["nonce"])})

    def signed(self, told: dict[str, Any], nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "s-1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims |= told.get("claims", {})
        for name in told.get("without", []):
            claims.pop(name)
        key: Any = {"": self.key, "stranger": self.stranger, "secret": jwk.OctKey.import_key(SECRET)}[
            told.get("key", "")
        ]
        algorithm = "HS256" if told.get("key") == "secret" else "RS256"
        text = jwt.encode({"alg": algorithm, "kid": "k1"}, claims, key)
        return _unsigned(claims) if told.get("key_none") else text

    def userinfo(self, _: dict[str, str]) -> None:
        found = tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        self.answer(found or {}, 200 if found else 401)

    def answer(self, content: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none", "kid": "k1"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts) + "."


def main() -> None:
    Provider.script = Path(sys.argv[1])
    Provider.key, Provider.stranger = (
        jwk.RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"}) for name in ("k1", "k2")
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    Provider.issuer = f"http://127.0.0.1:{server.server_port}"
    sys.stdout.write(Provider.issuer + "\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
