"""Enrolments of a synthetic installation, by the three steps that a real one takes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chengxin.identity.models import User
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.duties.models import Enrolment
from chengxin.sharing.duties.queries import find_duty
from chengxin.sharing.duties.rules import Applied
from chengxin.sharing.duties.services import Decided, apply_for, decide_application, publish_enrolment

SCENE = "办理该事项时，由承办人凭案号逐人查询"
SCOPE = "只查所办事项的当事人，只用于本事项"
WAY = "信用中心查询页面和单次查询接口"
TERM = timedelta(days=365)


def settle_enrolments(
    duties: Iterable[str], *, asked_by: str, decided_by: str, published_by: str, at: datetime
) -> None:
    """Enrol an officer's organisation for duties, each unless it was asked for before. Officers by their logins."""
    asker, decider, publisher = (
        User.objects.select_related("organisation").get(login=login) for login in (asked_by, decided_by, published_by)
    )
    today = shanghai_date(at)
    for code in duties:
        duty = find_duty(code, today)
        if Enrolment.objects.filter(organisation=asker.organisation, duty_id=duty.id).exists():
            continue
        applied = Applied(next(iter(duty.bases)), SCENE, SCOPE, WAY, today + TERM)
        number = apply_for(code, applied, actor=asker, at=at)
        decide_application(number, Decided(approved=True, reason="符合公布的查询事项"), actor=decider, at=at)
        publish_enrolment(number, actor=publisher, at=at)
