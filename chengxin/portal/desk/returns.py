"""The rows to mend, taken back or destroyed by the clerk."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.portal.desk.answers import attachment
from chengxin.records import returns as kept
from chengxin.records.intake.mend import MEDIA


@officers_may("intake.take_back", own_rows=True)
@require_safe
def returns(request: HttpRequest, token: UUID) -> HttpResponseBase:
    batch, spool = kept.take_returns(token, actor=officer_of(request), at=timezone.now())
    charset = "" if batch.form == "xlsx" else f"; charset={batch.encoding}"
    response = StreamingHttpResponse(spool.blocks(), content_type=MEDIA[batch.form] + charset)
    return attachment(response, f"待修改-{token.hex[:8]}.{batch.form}")


@officers_may("intake.take_back", own_rows=True)
@require_POST
def settle_refusals(request: HttpRequest, token: UUID) -> HttpResponse:
    kept.settle_refusals(token, actor=officer_of(request), at=timezone.now())
    messages.success(request, "已记下：这一批退回的行都处理完了，不再列在“我的待办”里。")
    return redirect("portal:batch", token)


@officers_may("intake.take_back", own_rows=True)
@require_POST
def drop_returns(request: HttpRequest, token: UUID) -> HttpResponse:
    kept.drop_returns(token, actor=officer_of(request), at=timezone.now())
    messages.success(request, "待修改行文件已删除。")
    return redirect("portal:batch", token)
