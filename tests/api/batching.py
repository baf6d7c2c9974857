"""What tests of batches share: a key pair of the asker's, a body, the job done here, results opened."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone
from joserfc import jwe, jwk

from chengxin.sharing.batches.answering import answer_next
from tests.people import WANG_WEI, Someone

FULL, YES_NO, LIST, BAND = "XK-SC-01", "PX-SC-01", "CF-CL-01", "RC-JG-01"
BASES = {FULL: "XZXKF-34", YES_NO: "SXSHXYTL-30", LIST: "XZCFF-5", BAND: "XZXKF-61"}
CASE = "许可2026-1"
KEY = jwk.ECKey.generate_key("P-256")
FORM = "application/x-ndjson"


def public(key: jwk.ECKey = KEY) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


def purpose(duty: str = FULL, **changes: Any) -> dict[str, Any]:
    return {"duty": duty, "basis": BASES.get(duty, ""), "officer": "xk-07", "result_key": public(), **changes}


def line(person: Someone = WANG_WEI, **changes: Any) -> dict[str, Any]:
    told = {"case_reference": CASE, "code_type": "resident-id", "code": person.code, "name": person.name}
    return {**told, **changes}


def text(*lines: dict[str, Any]) -> bytes:
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in lines).encode()


def send(token: str, content: bytes, **headers: str) -> Any:
    told = {"Authorization": f"Bearer {token}", **headers}
    return Client().post("/api/v1/queries/batches", content, content_type=FORM, headers=told)


def answer_all() -> int:
    """Do the answerer's work in this process; gives how many parts there were."""
    settled = 0
    while answer_next(at=timezone.now()) is not None:
        settled += 1
    return settled


def opened(token: str, number: str, place: int = 1, key: jwk.ECKey = KEY) -> list[dict[str, Any]]:
    """Fetch a part and open it with the asker's key."""
    answer: Any = Client().get(
        f"/api/v1/queries/batches/{number}/parts/{place}", headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/jose"), answer.content
    plain = jwe.decrypt_compact(answer.content.decode(), key, algorithms=["ECDH-ES", "A256GCM"]).plaintext
    assert plain is not None
    return [json.loads(one) for one in plain.decode().splitlines()]
