"""Officers of a synthetic installation, with their rights granted as they would be in a real one."""

from datetime import date, timedelta
from zlib import crc32

from django.utils import timezone

from chengxin.demo.cast import resident_number
from chengxin.identity.models import Organisation, User
from chengxin.identity.parties import Party
from chengxin.identity.permissions import permissions
from chengxin.identity.queries import declared_since, rights_of
from chengxin.identity.services.declarations import declare_at_server
from chengxin.identity.services.factors import settle_demo_telephone
from chengxin.identity.services.officers import settle_officer
from chengxin.identity.services.rights import appoint, grant_role
from chengxin.lib.periods import shanghai_date

SECURITY = "security"
REASON = "演示岗位"
FIRST_BIRTHDAY, BIRTHDAYS, FIRST_SEQUENCE = date(1970, 1, 1), 9000, 900


def code_of_officer(login: str) -> str:
    """Give a synthetic identity code, the same each time, that no person of the demo province has: those stop short of sequence 900."""
    days, rest = reversed(divmod(crc32(login.encode()), BIRTHDAYS))
    born = FIRST_BIRTHDAY + timedelta(days=days)
    return resident_number(f"{born:%Y%m%d}", FIRST_SEQUENCE + rest % 98)


def settle_demo_officer(
    *, login: str, display_name: str, organisation: Organisation, role: str, password: str, demo: bool = False
) -> User:
    """Enter an officer, declare who they are and see to it that the role is in force. Runs as the owner; the security one comes first.

    ``demo`` accounts exist under the demo switch alone and have a telephone whose codes the pages show.
    """
    officer = settle_officer(
        login=login, display_name=display_name, organisation=organisation, password=password, demo=demo
    )
    if declared_since(officer.pk) is None:
        party = Party("resident-id", code_of_officer(login), display_name)
        declare_at_server(login, party, at=timezone.now())
    if demo:
        settle_demo_telephone(officer, at=timezone.now())
    if any(right.role == role for right in rights_of(officer.pk)):
        return officer
    at = timezone.now()
    until = shanghai_date(at) + timedelta(days=permissions().longest_days)
    granter = User.objects.filter(login=SECURITY).exclude(pk=officer.pk).first()
    if granter is None:
        appoint(login, role=role, until=until, reason=REASON, at=at)
    else:
        grant_role(login, role=role, until=until, reason=REASON, actor=granter, at=at)
    return officer
