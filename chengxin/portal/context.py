"""What every page knows about the installation it belongs to."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from chengxin.identity.policies import acts_in, officer_of


@dataclass(frozen=True, slots=True)
class Place:
    """The switches of the installation, the organisation the reader works for, and what the reader may do."""

    demo: bool
    production: bool
    organisation: str
    acts: frozenset[str]


def installation(request: HttpRequest) -> dict[str, Place]:
    # An error page may be made before anybody was made out.
    known = hasattr(request, "user") and request.user.is_authenticated
    return {
        "installation": Place(
            settings.DEMO,
            settings.PRODUCTION,
            officer_of(request).organisation.name if known else "",
            acts_in(request) if known else frozenset(),
        )
    }
