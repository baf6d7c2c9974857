"""What every page knows about the installation it belongs to."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from chengxin.identity.policies import acts_in, organisation_of


@dataclass(frozen=True, slots=True)
class Place:
    """What kind of installation this is and at which face, where persons log in, whom the reader works for and what they may do."""

    demo: bool
    production: bool
    organisation: str
    acts: frozenset[str]
    face: str
    platform: str


def installation(request: HttpRequest) -> dict[str, Place]:
    # An error page may be made before anybody was made out.
    known = hasattr(request, "user") and request.user.is_authenticated
    return {
        "installation": Place(
            settings.DEMO,
            settings.PRODUCTION,
            organisation_of(request) if known else "",
            acts_in(request) if known else frozenset(),
            settings.FACE,
            settings.OIDC_NAME if settings.OIDC_URL else "",
        )
    }
