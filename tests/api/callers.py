"""Systems for tries on a running installation: each group of operations has one of its own, with limits that many tries don't reach.

Run as a program: the data folder, then a file that takes each client's id and private key.
"""

import json
import sys
from datetime import date
from pathlib import Path


def settle(folder: Path) -> None:
    """Enter the systems, as the owner of a demo installation."""
    from django.utils import timezone

    from chengxin.demo.officers import SECURITY
    from chengxin.demo.organisations import of_field, organisation_code
    from chengxin.demo.verification import WIDE, settle_client
    from chengxin.identity.models import User
    from chengxin.identity.services.organisations import settle_organisation
    from chengxin.identity.services.registrations import Applied, approve_purpose, register_purpose
    from chengxin.lib.periods import shanghai_date

    at = timezone.now()
    administrators = User.objects.get(login="system"), User.objects.get(login=SECURITY)
    police = organisation_code("department", 930)
    settle_organisation(code=police, name="测试公安局", kind="population", region="140000", valid_from=date(2019, 1, 1))
    bank = of_field("bank")[0].code
    of_officer = dict(User.objects.values_list("login", "organisation__code"))
    until = date(shanghai_date(at).year + 1, 1, 1)
    applied = Applied(bank, "accounts", "接口试验：核对身份", "GRCKSMZ-7", until)
    made = register_purpose(applied, WIDE, actor=administrators[0], at=at)
    approve_purpose(made.code, actor=administrators[1], at=at)
    systems = {
        "verification": bank,
        "query": of_officer["licensing"],
        "intake": of_officer["clerk"],
        "population": police,
    }
    for name, organisation in systems.items():
        settle_client(folder / f"{name}.json", organisation, f"试验·{name}", administrators, at)
    (folder / "purpose.json").write_text(json.dumps(made.code), encoding="utf-8")


def main() -> None:
    from chengxin.site.bootstrap import installation

    data, folder = (Path(one) for one in sys.argv[1:])
    with installation(data, "owner", lambda _: None):
        settle(folder)


if __name__ == "__main__":
    main()
