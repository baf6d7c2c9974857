"""What kind of installation a page belongs to, for every face; the public site's pages know no more than this."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from chengxin.portal.languages import Languages, languages_of, stands_in_both
from chengxin.portal.look import Look, asked_look
from chengxin.portal.navigation import ANONYMOUS, PLATFORM, Group, groups


@dataclass(frozen=True, slots=True)
class Place:
    """What kind of installation this is and at which face, where persons log in, whom the reader works for and what they may do.

    ``public_site`` and ``desk`` are the addresses of the other faces, where links between faces lead. ``shell`` names what stands
    around the page, ``navigation`` what the reader may go to from there, ``look`` how they want pages shown;
    ``covered`` tells that the page stands in both languages, ``languages`` where it does.
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
    shell: str
    navigation: tuple[Group, ...]
    look: Look
    covered: bool
    languages: Languages


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever a page is for: which shell it stands in, whom they work for, of which kind that is, and what they may do."""

    shell: str
    organisation: str = ""
    kind: str = ""
    acts: frozenset[str] = frozenset()
    known: bool = False


def place(request: HttpRequest, reader: Reader, look: Look) -> dict[str, Place]:
    acts, covered = reader.acts, stands_in_both(request.path_info)
    if not reader.known:
        acts |= {ANONYMOUS, PLATFORM} if settings.OIDC_URL else {ANONYMOUS}
    return {
        "installation": Place(
            settings.DEMO,
            settings.SANDBOX,
            settings.PRODUCTION,
            reader.organisation,
            reader.acts,
            settings.FACE,
            settings.OIDC_NAME if settings.OIDC_URL else "",
            settings.PUBLIC_URL,
            settings.DESK_URL,
            reader.shell,
            groups(reader.shell, request.path, acts, reader.kind),
            look,
            covered,
            languages_of(request) if covered else Languages(),
        )
    }


def unknown_reader(request: HttpRequest) -> dict[str, Place]:
    return place(request, Reader(settings.FACE), asked_look(request))
