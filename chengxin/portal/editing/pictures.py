"""Pictures at the editors' face: all that were uploaded, for whoever may write pages."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from chengxin.identity.policies import officers_may


@officers_may("pages.edit")
@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:  # noqa: ARG001  # Django's own signature
    """Give a picture's file."""
    try:
        return FileResponse(default_storage.open(name))
    except FileNotFoundError:
        raise Http404 from None
