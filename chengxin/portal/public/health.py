"""A sign of life for whoever watches over the installation."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from chengxin import __version__
from chengxin.ground.health import database_answers, worker_alive
from chengxin.identity.openness import public


@public("供运行监测使用；只说各部分是否在运行，不含任何人的信息")
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # Django's own signature
    """Answer 503 without a database; without a worker pages still work, so that is told and no more."""
    database = database_answers()
    worker = database and worker_alive()
    status = "ok" if database and worker else "degraded"
    parts = {
        "status": status,
        "version": __version__,
        "database": "ok" if database else "down",
        "worker": "ok" if worker else "down",
    }
    return JsonResponse(parts, status=200 if database else 503)
