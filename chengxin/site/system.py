"""The page of the system's state, for the administration: what needs mending, the queue, versions, what is provisional."""

import platform
from importlib.metadata import version
from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

import chengxin
from chengxin.ground.health import worker_alive
from chengxin.identity.policies import officers_may
from chengxin.lib.periods import shanghai_date
from chengxin.site.checks import Provisional, provisional_in_force
from chengxin.site.status import ask_database, asked_keys, judge, measure

PACKAGES = ("django", "psycopg", "polars", "cryptography", "granian", "procrastinate")
GRAVEST = ("stop", "warning", "ok")


@officers_may("system.see")
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    now, seen = timezone.now(), ask_database()
    facts = measure(settings.DATA_DIR, seen, now, own_server=settings.OWN_SERVER, **asked_keys())
    notices = judge(facts)
    context = {
        "now": now,
        "seen": seen,
        "alive": worker_alive(),
        "register": facts.register,
        "notices": sorted(notices, key=lambda one: GRAVEST.index(one.level)),
        "versions": [("诚信", chengxin.__version__), *_versions(seen.server)],
        "provisional": _by_kind(provisional_in_force(shanghai_date(now))),
    }
    return render(request, "portal/administration/system.html", context)


def _versions(server: str) -> list[tuple[str, str]]:
    return [
        ("PostgreSQL", server),
        ("Python", platform.python_version()),
        *((name, version(name)) for name in PACKAGES),
    ]


def _by_kind(found: list[Provisional]) -> list[tuple[str, list[Provisional]]]:
    ordered = sorted(found, key=lambda one: (one.kind, one.name))
    return [(kind, list(members)) for kind, members in groupby(ordered, key=lambda one: one.kind)]
