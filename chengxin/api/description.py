"""The description of the interface made whole: which answers there are, with which headers, and what leads where."""

from typing import Any

from chengxin.lib.problems import PROBLEM
from chengxin.sharing.interface import OPERATIONS, Operation

FIRST_PROBLEM = 400
STREAM = "text/event-stream"
# One event of the stream; ``data`` is the JSON of what GET /batches/{token} tells of progress.
EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "event": {"enum": ["progress", "end"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
BATCH_LINKS = {"batch": "token", "batch-numbers": "token", "batch-events": "token"}
# Which answers name what another operation asks for: by operation, the member of the answer, and who takes it under which name.
LINKS: dict[str, tuple[str, dict[str, str]]] = {
    "records": ("batch", BATCH_LINKS),
    "batches": ("batch", BATCH_LINKS),
    "withdraw": ("batch", BATCH_LINKS),
    "population-events": ("call", {"population-call": "token"}),
}


def _header(text: str, schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    return {"description": text, "required": required, "schema": schema}


WHOLE = {"type": "string", "pattern": r"^\d+$"}
LIMITS = {
    "RateLimit-Policy": _header(
        "各项限度，q 次数，w 秒数 / the limits: q calls in w seconds (draft-ietf-httpapi-ratelimit-headers)",
        {"type": "string", "examples": ['"day";q=20000;w=86400']},
    ),
    "RateLimit": _header(
        "还剩几次 r，几秒后重新计算 t / r left, anew in t seconds",
        {"type": "string", "examples": ['"day";r=19999;t=3600']},
    ),
}
OF_STATUS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": _header("RFC 6750", {"type": "string", "pattern": "^Bearer "})},
    405: {"Allow": _header("这个地址接受的方法 / methods of this address", {"type": "string"})},
    429: {"Retry-After": _header("几秒以后再试 / seconds to wait", WHOLE)},
    503: {"Retry-After": _header("几秒以后再试 / seconds to wait", WHOLE)},
}


def described(schema: dict[str, Any], *, server: str) -> dict[str, Any]:
    """Add to Ninja's description what it can't know of."""
    named = {operation.address: (name, operation) for name, operation in OPERATIONS.items()}
    schema["servers"] = [{"url": server}]
    for address, path in schema["paths"].items():
        name, operation = named[address]
        for whole in path.values():
            whole["operationId"] = name
            if operation.scope:
                whole["security"] = [{scheme: [operation.scope] for scheme in one} for one in whole["security"]]
            whole["summary"] = f"{operation.name} / {operation.name_en}"
            for status, response in whole["responses"].items():
                _describe(response, int(status), name, operation)
    return schema


def _describe(response: dict[str, Any], status: int, name: str, operation: Operation) -> None:
    headers = dict(OF_STATUS.get(status, {}))
    if status >= FIRST_PROBLEM:
        codes = operation.codes_of(status)
        response["description"] = "、".join(codes)
        response["x-codes"] = codes
        response["content"] = {PROBLEM: response["content"].pop("application/json")}
    elif operation.metered:
        headers |= LIMITS
    if status < FIRST_PROBLEM and name in LINKS:
        member, takers = LINKS[name]
        response["links"] = {
            taker: {"operationId": taker, "parameters": {taken: f"$response.body#/{member}"}}
            for taker, taken in takers.items()
        }
    if status < FIRST_PROBLEM and name == "batch-events":
        response["content"] = {STREAM: {"schema": EVENT}}
    if headers:
        response["headers"] = headers
