"""What works now, for everybody: one word for each part, and nothing of what is inside it."""

from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from chengxin.ground.health import database_answers, seal_keeps_up, worker_alive
from chengxin.identity.openness import public
from chengxin.portal.public.keeping import may_be_kept

OPEN = "只说各部分是否在运行，不含任何人的信息，也不说内部情况"
PATIENCE_S = 2.0
OK, DOWN, UNSEEN = "ok", "down", "unseen"
# What each part is, and what stands still without it.
NAMES = {
    "public": (gettext_noop("公开网站"), gettext_noop("您正在看的就是。")),
    "interface": (gettext_noop("工作台、本人页面和机构接口"), gettext_noop("停了就不能登录、查询、报送。")),
    "database": (gettext_noop("数据库"), gettext_noop("停了就什么都不能查、不能报。")),
    "worker": (gettext_noop("后台处理"), gettext_noop("停了时，报送的先收下、随后处理；查询照常。")),
    "sealing": (gettext_noop("查询登记的固化"), gettext_noop("慢了时，查询照常登记，随后补上编号和签名。")),
}
WORDS = {
    OK: gettext_noop("正常"),
    DOWN: gettext_noop("有故障，正在处理"),
    UNSEEN: gettext_noop("从这里看不到：可能是停了，也可能只是两个网络不相通，请直接打开试试"),
}


@dataclass(frozen=True, slots=True)
class Part:
    code: str
    state: str

    @property
    def name(self) -> str:
        return NAMES[self.code][0]

    @property
    def without(self) -> str:
        return NAMES[self.code][1]

    @property
    def word(self) -> str:
        return WORDS[self.state]


def parts() -> list[Part]:
    """Look at each part. Without a database nothing is asked of what lives by it."""
    database = database_answers()
    told = {
        "public": OK,
        "interface": interface_state(),
        "database": OK if database else DOWN,
        "worker": OK if database and worker_alive() else DOWN,
        "sealing": OK if database and seal_keeps_up() else DOWN,
    }
    return [Part(code, state) for code, state in told.items()]


def interface_state() -> str:
    """Ask the other process for its sign of life. It may stand in a network that this one doesn't reach."""
    try:
        with urlopen(Request(f"{settings.DESK_URL}/healthz"), timeout=PATIENCE_S) as answer:  # noqa: S310  # the operator's own address
            answer.read(1)
    except (URLError, OSError, ValueError):
        return UNSEEN
    return OK


def whole_of(found: list[Part]) -> str:
    """Sum up: something is down, or all that can be seen works, or all does."""
    states = {part.state for part in found}
    return next((state for state in (DOWN, UNSEEN) if state in states), OK)


@may_be_kept
@public(OPEN)
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    found = parts()
    told = {"parts": found, "whole": whole_of(found), "at": timezone.now()}
    return render(request, "portal/public/state.html", told)


@may_be_kept
@public(OPEN)
@require_safe
def state_json(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # Django's own signature
    found = parts()
    return JsonResponse(
        {"status": whole_of(found), "at": timezone.now(), "parts": {part.code: part.state for part in found}}
    )
