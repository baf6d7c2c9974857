"""The rows to mend: fetched within a day, or destroyed on the clerk's word or when the day is over."""

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from chengxin.identity.policies import officer_of, officers_may
from chengxin.portal.desk.answers import attachment
from chengxin.records.errors import MendFileGone
from chengxin.records.intake.mend import KEPT_FOR, MEDIA, expired, mend_spool
from chengxin.records.intake.spool import Spool
from chengxin.records.queries import find_batch
from chengxin.records.services import spool_folder


@officers_may("intake.follow")
def returns(request: HttpRequest, token: UUID) -> HttpResponseBase:
    batch = find_batch(token, officer_of(request).organisation_id).batch
    spool = open_returns(token, timezone.now())
    charset = "" if batch.form == "xlsx" else f"; charset={batch.encoding}"
    response = StreamingHttpResponse(spool.blocks(), content_type=MEDIA[batch.form] + charset)
    return attachment(response, f"待修改-{token.hex[:8]}.{batch.form}")


@officers_may("intake.follow")
@require_POST
def drop_returns(request: HttpRequest, token: UUID) -> HttpResponse:
    find_batch(token, officer_of(request).organisation_id)
    _spool(token).destroy()
    messages.success(request, "待修改行文件已删除。")
    return redirect("portal:batch", token)


def returns_until(token: UUID, at: datetime) -> datetime | None:
    """Tell until when the rows to mend can be fetched, None where there are none. Destroys what is out of time."""
    spool = _spool(token)
    try:
        made = datetime.fromtimestamp(spool.path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    if expired(made, at):
        spool.destroy()
    return made + KEPT_FOR if spool.there() else None


def open_returns(token: UUID, at: datetime) -> Spool:
    """Give the spool of the rows to mend. Raises MendFileGone."""
    if returns_until(token, at) is None:
        raise MendFileGone
    return _spool(token)


def _spool(token: UUID) -> Spool:
    return mend_spool(spool_folder(), token.hex)
