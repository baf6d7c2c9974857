"""An approved draft becomes an edition, on the way that files take."""

import re
from datetime import date, datetime

from django.db import transaction

from chengxin.catalogue.assembling import assemble
from chengxin.catalogue.drafting import find_draft, take_step
from chengxin.catalogue.errors import StepRefused
from chengxin.catalogue.models import Edition
from chengxin.catalogue.services import write_edition
from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.lib.periods import shanghai_date

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,31}")


@transaction.atomic
def publish(number: int, code: str, valid_from: date, *, actor: User, at: datetime) -> Edition:
    """Publish an approved draft as a provincial edition. Raises NotAllowed, DraftUnknown, StepRefused, CatalogueUnusable."""
    draft = find_draft(number, actor)
    if not CODE.fullmatch(code) or Edition.objects.filter(code=code).exists():
        raise StepRefused(
            f"版本号 {code} 已用过或者不合规则。", f"The edition code {code} was used already, or can't be one."
        )
    if valid_from < shanghai_date(at):
        raise StepRefused("施行日期不能早于今天。", "An edition begins today or later.")
    files = assemble(draft, code, valid_from)
    edition = write_edition(files, at=at, draft=draft, step=lambda: take_step(number, "publish", actor=actor, at=at))
    note_act(actor.login, "catalogue.edition", f"edition:{edition.pk}", at=at)
    return edition
