"""What a sandbox begins with: the synthetic province's departments, persons and clean records, and files to try with."""

import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.utils import timezone

from chengxin.demo.generate import Manifest, generate
from chengxin.demo.officers import SECURITY, settle_demo_officer
from chengxin.demo.organisations import ORGANISATIONS
from chengxin.demo.province import PERSONS, SEED, SINCE
from chengxin.identity.models import Person
from chengxin.identity.queries import find_organisation
from chengxin.identity.services.organisations import settle_organisation
from chengxin.identity.services.population import load_population
from chengxin.lib.periods import shanghai_date
from chengxin.records.services import areas, ingest_file

FOLDER = "sandbox"
CLEAN = "-clean.csv"
# Who registers clients and grants rights here. Nobody knows their passwords until the operator gives them one.
ADMINISTRATORS = ((SECURITY, "沙箱·安全管理员", "security_admin"), ("system", "沙箱·系统管理员", "system_admin"))


def settle_people(folder: Path, tell: Callable[[str], None], *, persons: int = PERSONS) -> Manifest | None:
    """Enter departments, administrators and persons; None where that was done already. Runs as the owner.

    The files stay in the folder: clean ones, and dirty ones with the key to what is wrong in them.
    """
    if Person.objects.order_by().values("subject_id")[:1].exists():
        return None
    at = timezone.now()
    tell("正在生成沙箱的人员和记录（均为虚构）…… Making the sandbox's persons and records (all synthetic) …")
    for entry in ORGANISATIONS:
        settle_organisation(**entry, valid_from=SINCE)
    centre = find_organisation(next(entry["code"] for entry in ORGANISATIONS if entry["kind"] == "centre"), date.max)
    if centre is None:
        raise LookupError("the synthetic province has a credit centre")
    for login, name, role in ADMINISTRATORS:
        settle_demo_officer(
            login=login, display_name=name, organisation=centre, role=role, password=secrets.token_urlsafe(24)
        )
    manifest = generate(persons, SEED, folder, today=shanghai_date(at))
    load_population(folder / "population.csv", areas=areas(), at=at)
    return manifest


def load_records(manifest: Manifest, tell: Callable[[str], None]) -> None:
    """Take the clean files in. Runs as the intake role."""
    at = timezone.now()
    first = {entry["kind"]: entry["code"] for entry in reversed(ORGANISATIONS)}
    for name, item in manifest.items.items():
        provider = find_organisation(first["court" if item == "SX-BZXR" else "department"], date.max)
        if not name.endswith(CLEAN) or provider is None:
            continue
        batch, _ = ingest_file(manifest.folder / name, item_code=item, provider=provider, at=at)
        tell(f"  {name}: {batch.read} → {batch.new}")
