"""A system from outside: what it has is an address, its own key and nothing of ours."""

import json
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwk, jwt

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def token_of(base: str, file: Path, scope: str = "") -> str:
    """Get an access token for the client in a file, over the network."""
    client = json.loads(file.read_text(encoding="utf-8"))
    key = jwk.ECKey.import_key(client["private_key"])
    with urllib.request.urlopen(f"{base}/.well-known/oauth-authorization-server") as answer:
        audience = json.load(answer)["issuer"]
    claims = {"iss": client["client_id"], "sub": client["client_id"], "aud": audience}
    claims |= {"jti": str(uuid4()), "exp": int(time.time()) + 60}
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims, key),
        **({"scope": scope} if scope else {}),
    }
    with urllib.request.urlopen(f"{base}/api/v1/token", urllib.parse.urlencode(form).encode()) as answer:
        return str(json.load(answer)["access_token"])


def post(address: str, token: str, body: Any, **headers: str) -> Any:
    """Call an operation and give what it answers."""
    told = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
    content = json.dumps(body, ensure_ascii=False).encode()
    with urllib.request.urlopen(urllib.request.Request(address, content, told)) as answer:
        return json.load(answer)
