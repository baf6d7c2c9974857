"""A check that schemathesis makes of every answer beside its own: a problem is of a kind that is published for the operation."""

from typing import Any

import schemathesis

PROBLEM = "application/problem+json"
LEAST = 400


@schemathesis.serializer("application/x-ndjson", "application/jsonl")
def as_it_is(ctx: Any, value: Any) -> bytes:
    """Send lines as they were drawn, whether they are lines or not."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.check
def published_problem(ctx: Any, response: Any, case: Any) -> None:
    if response.status_code < LEAST:
        return
    told, answers = response.json(), case.operation.definition.raw["responses"]
    assert response.headers["content-type"] == [PROBLEM], "a problem that isn't written as one"
    assert told["code"] in answers[str(told["status"])]["x-codes"], f"{told['code']} isn't published for this operation"
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    assert not (valid and told["code"] == "request-invalid"), "what the description allows is refused as malformed"
    assert told["type"].endswith(f"/errors/{told['code']}/")
    assert told["detail"]
    assert told["detail_en"]
