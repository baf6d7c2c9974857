"""What kind of installation a page belongs to, for every face; the public site's pages know no more than this."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Place:
    """What kind of installation this is and at which face, where persons log in, whom the reader works for and what they may do.

    ``public_site`` and ``desk`` are the addresses of the other faces, where links between faces lead.
    """

    demo: bool
    sandbox: bool
    production: bool
    organisation: str
    acts: frozenset[str]
    face: str
    platform: str
    public_site: str
    desk: str


def place(organisation: str = "", acts: frozenset[str] = frozenset()) -> dict[str, Place]:
    return {
        "installation": Place(
            settings.DEMO,
            settings.SANDBOX,
            settings.PRODUCTION,
            organisation,
            acts,
            settings.FACE,
            settings.OIDC_NAME if settings.OIDC_URL else "",
            settings.PUBLIC_URL,
            settings.DESK_URL,
        )
    }


def unknown_reader(request: HttpRequest) -> dict[str, Place]:  # noqa: ARG001  # Django's own signature
    return place()
