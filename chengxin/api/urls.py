"""The addresses of the API. Each operation brings its policy, or this module can't be read."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path

from chengxin.api import (
    authorisations,
    batches,
    call_backs,
    changes,
    intake,
    population,
    queries,
    recalls,
    tokens,
    verifications,
)
from chengxin.api.application import ClientToken, api, description, in_words
from chengxin.identity.openness import AccessPolicy, mark, policy_of, public

api.add_router("", tokens.router)
api.add_router("", verifications.router)
api.add_router("", population.router)
api.add_router("", intake.router)
api.add_router("", queries.router)
api.add_router("", authorisations.router)
api.add_router("", changes.router)
api.add_router("", call_backs.router)
api.add_router("", recalls.router)
api.add_router("", batches.router)


@public("接口说明，不含任何人的信息")
def openapi(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # Django's own signature
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False})


def _policy(pattern: URLPattern) -> AccessPolicy:
    """Find the policy of an operation. Raises LookupError where there is none."""
    operations: list[Any] = [
        operation
        for router in api._get_bound_routers()  # noqa: SLF001  # the only way to the operations
        for path_view in router.path_operations.values()
        for operation in path_view.operations
        if operation.url_name == pattern.name
    ]
    found = {
        policy
        for operation in operations
        for policy in (
            policy_of(operation.view_func),
            *(auth.policy for auth in operation.auth_callbacks if isinstance(auth, ClientToken)),
        )
        if policy is not None
    }
    if len(operations) != 1 or len(found) != 1:
        raise LookupError(f"{pattern.name} needs one operation with one policy")
    return found.pop()


def _marked() -> list[URLPattern]:
    made = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    for one in made:
        one.callback = mark(in_words(one.callback), _policy(one))
    return made


app_name = "api"
urlpatterns = [path("openapi.json", openapi, name="openapi"), *_marked()]
