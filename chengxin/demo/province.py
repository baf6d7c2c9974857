"""Loads the synthetic province into an installation: organisations, officers, persons, records, clean and dirty."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.utils import timezone

from chengxin.demo.enrolments import settle_enrolments
from chengxin.demo.generate import generate
from chengxin.demo.officers import SECURITY, settle_demo_officer
from chengxin.demo.organisations import ORGANISATIONS
from chengxin.identity.models import Person, User
from chengxin.identity.queries import find_organisation
from chengxin.identity.services.organisations import settle_organisation
from chengxin.identity.services.population import load_population
from chengxin.lib.periods import shanghai_date
from chengxin.records.intake.mend import mend_spool
from chengxin.records.models import Batch
from chengxin.records.services import areas, ingest_file, spool_folder

PERSONS, SEED = 2000, 149999
PASSWORD = "demo-only-149999"  # noqa: S105  # printed at start; demo accounts exist under the demo switch alone
SINCE = date(2019, 1, 1)
# Login, name shown, kind of organisation, role. The security administrator comes first and grants the others theirs.
CAST = (
    (SECURITY, "演示·安全管理员", "centre", "security_admin"),
    ("system", "演示·系统管理员", "centre", "system_admin"),
    ("audit", "演示·审计管理员", "centre", "audit_admin"),
    ("clerk", "演示·信源单位经办人", "department", "clerk"),
    ("court-clerk", "演示·法院经办人", "court", "clerk"),
    ("officer", "演示·信用中心查询员", "centre", "officer"),
    ("colleague", "演示·信用中心复核员", "centre", "officer"),
    ("approver", "演示·社会信用主管部门批准人", "supervisor", "officer"),
    ("reviewer", "演示·查询审查员", "supervisor", "reviewer"),
    ("second-reviewer", "演示·查询复审员", "supervisor", "reviewer"),
    ("licensing", "演示·许可审查员", "department", "officer"),
    ("verifier", "演示·实名核验员", "financial", "verifier"),
    ("editor", "演示·网站编辑", "centre", "site_editor"),
    ("publisher", "演示·网站审核员", "centre", "site_publisher"),
)
# For which duty items the licensing officer's department stands enrolled.
DUTIES = ("XK-SC-01", "XK-SC-02", "CF-CL-01", "RC-JG-01", "PX-SC-01", "ZJ-SC-01", "SQ-QT-01")


def settle_cast() -> None:
    """Enter the demo's organisations and officers, and what one of them may ask. Runs as the owner."""
    first: dict[str, str] = {}
    for entry in ORGANISATIONS:
        settle_organisation(**entry, valid_from=SINCE)
        first.setdefault(entry["kind"], entry["code"])
    for login, name, kind, role in CAST:
        organisation = find_organisation(first[kind], date.max)
        if organisation is not None:
            settle_demo_officer(
                login=login, display_name=name, organisation=organisation, role=role, password=PASSWORD, demo=True
            )
    settle_enrolments(DUTIES, asked_by="licensing", decided_by="officer", published_by="approver", at=timezone.now())


def describe_logins() -> list[str]:
    return [
        *(f"演示账户 / demo login: {login} / {PASSWORD}（{name}）" for login, name, _, _ in CAST),
        "验证码显示在登录的第二步 / the code stands on the page of the second step.",
    ]


def fill(folder: Path, tell: Callable[[str], None], *, persons: int = PERSONS) -> None:
    """Generate the files and take them in, unless that was done already. Runs as the intake role."""
    at = timezone.now()
    if (
        Person.objects.order_by().values("subject_id")[:1].exists()
        and Batch.objects.filter(state=Batch.State.DONE).exists()
    ):
        return
    tell("正在生成演示数据（均为虚构）…… Making demo data (all synthetic) …")
    manifest = generate(persons, SEED, folder, today=shanghai_date(at))
    load_population(folder / "population.csv", areas=areas(), at=at)
    providers = {
        user.organisation.kind: user.organisation
        for user in User.objects.select_related("organisation").only("id", "login", "organisation")
    }
    for name, item in manifest.items.items():
        provider = providers["court" if item == "SX-BZXR" else "department"]
        batch, _ = ingest_file(folder / name, item_code=item, provider=provider, at=at)
        mend_spool(spool_folder(), batch.token.hex).destroy()
        tell(
            f"  {name}: {batch.read} → 新 {batch.new} 变 {batch.changed} 同 {batch.unchanged} 等 {batch.waiting} 退 {batch.refused}"
        )
