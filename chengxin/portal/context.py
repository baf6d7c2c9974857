"""What every page knows about the installation it belongs to, and about whoever is logged in."""

from django.conf import settings
from django.http import HttpRequest

from chengxin.identity.policies import acts_in, kind_of, organisation_of
from chengxin.portal.faces import Place, Reader, place
from chengxin.portal.look import asked_look, kept_look
from chengxin.portal.navigation import PERSON


def installation(request: HttpRequest) -> dict[str, Place]:
    # An error page may be made before anybody was made out.
    if not (hasattr(request, "user") and request.user.is_authenticated):
        return place(request, Reader(settings.FACE), asked_look(request))
    kind, organisation = kind_of(request), organisation_of(request)
    shell = settings.FACE if kind else "person"
    acts = acts_in(request) if kind else frozenset({PERSON})
    return place(request, Reader(shell, organisation, kind, acts, known=True), kept_look(request))
