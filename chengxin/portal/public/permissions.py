"""Who may do what, for everybody to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chengxin.identity.permissions_page import permission_table
from chengxin.identity.policies import public


@public("岗位权限表不含任何人的信息，公开便于监督")
def permissions(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/public/permissions.html", {"table": permission_table()})
