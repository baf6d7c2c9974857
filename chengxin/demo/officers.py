"""Officers of a synthetic installation, with their rights granted as they would be in a real one."""

from datetime import timedelta

from django.utils import timezone

from chengxin.identity.models import Organisation, User
from chengxin.identity.permissions import permissions
from chengxin.identity.queries import rights_of
from chengxin.identity.services.factors import settle_demo_telephone
from chengxin.identity.services.officers import settle_officer
from chengxin.identity.services.rights import appoint, grant_role
from chengxin.lib.periods import shanghai_date

SECURITY = "security"
REASON = "演示岗位"


def settle_demo_officer(
    *, login: str, display_name: str, organisation: Organisation, role: str, password: str, demo: bool = False
) -> User:
    """Enter an officer and see to it that the role is in force. Runs as the owner; the security administrator comes first.

    ``demo`` accounts exist under the demo switch alone and have a telephone whose codes the pages show.
    """
    officer = settle_officer(
        login=login, display_name=display_name, organisation=organisation, password=password, demo=demo
    )
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
