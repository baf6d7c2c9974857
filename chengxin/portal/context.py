"""What every page knows about the installation it belongs to, and about whoever is logged in."""

from django.http import HttpRequest

from chengxin.identity.policies import acts_in, organisation_of
from chengxin.portal.faces import Place, place


def installation(request: HttpRequest) -> dict[str, Place]:
    # An error page may be made before anybody was made out.
    known = hasattr(request, "user") and request.user.is_authenticated
    return place(organisation_of(request), acts_in(request)) if known else place()
