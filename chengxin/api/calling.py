"""What operations about queries share: who calls, and the places of pages."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query

from chengxin.api.verifications import bearer_of
from chengxin.identity.openness import address_of
from chengxin.sharing.asking import Caller

MOST = 100
After = Annotated[int, Query(ge=0, le=(1 << 63) - 1, description="上一页的 next / next of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Open = Annotated[bool, Query(alias="open", description="只要没有确认的 / those to be acknowledged alone")]


def caller_of(request: HttpRequest) -> Caller:
    bearer = bearer_of(request)
    return Caller(bearer.organisation, bearer.client_id, address_of(request))
