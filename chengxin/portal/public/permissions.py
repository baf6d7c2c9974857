"""Who may do what, for everybody to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.identity.openness import public
from chengxin.identity.permissions_page import permission_table
from chengxin.portal.public.keeping import may_be_kept


@may_be_kept
@public("岗位权限表不含任何人的信息，公开便于监督")
@require_safe
def permissions(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/public/permissions.html", {"table": permission_table()})
