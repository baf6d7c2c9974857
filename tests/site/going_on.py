"""What officers of an installation that was upgraded do next. ``python going_on.py DATA ACT`` answers in JSON."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chengxin.site.bootstrap import Installation, installation

SHOWN = json.loads((Path(__file__).parent / "upgrade" / "recent" / "shown.json").read_text(encoding="utf-8"))
GROUND = "晋公户证〔2026〕2号"


def officer(login: str) -> Any:
    from chengxin.identity.queries import find_officer

    found = find_officer(login)
    assert found is not None, login
    return found


def adjudicate(opened: Installation) -> dict[str, int]:
    from chengxin.identity.speaking import speaking_as
    from chengxin.records.adjudication import decide, list_cases, open_case, second, take_back
    from chengxin.records.carrying_out import carry_out_decisions

    told = dict.fromkeys(("opened", "with_persons", "agreed", "carried_out", "again"), 0)
    opened.become("app")
    first, colleague = officer("officer"), officer("colleague")
    with speaking_as(first):
        cases = list_cases(first)
        found = [open_case(row.number, actor=first, at=datetime.now(UTC)) for row in cases]
    told["opened"] = len(found)
    told["with_persons"] = sum(1 for case in found if case.near)
    for case in found:
        if case.decision is not None:
            with speaking_as(colleague):
                open_case(case.number, actor=colleague, at=datetime.now(UTC))
                second(case.number, agreed=True, actor=colleague, at=datetime.now(UTC))
            told["agreed"] += 1
    fresh = next(case for case in found if case.decision is None and case.open and case.near)
    with speaking_as(first):
        subject, at = fresh.near[0].suggestion.subject_id, datetime.now(UTC)
        decide(fresh.number, subject_id=subject, ground=GROUND, actor=first, at=at)
        take_back(fresh.number, ground=GROUND, actor=first, at=datetime.now(UTC))
    told["again"] = 1
    opened.become("intake")
    told["carried_out"] = carry_out_decisions(at=datetime.now(UTC))
    return told


def transfer(opened: Installation) -> dict[str, int]:
    from chengxin.identity.services.transfers import propose_again, second_step
    from chengxin.identity.speaking import speaking_as
    from chengxin.records.transfers import carry_out_transfers, list_transfers, open_transfer

    opened.become("app")
    first, colleague = officer("officer"), officer("colleague")
    # The newest first: the one that waits, then the one that was carried out.
    waits, done = list_transfers(colleague)
    with speaking_as(colleague):
        step = open_transfer(waits.transfer.pk, actor=colleague, at=datetime.now(UTC)).steps[-1]
        second_step(step.pk, agreed=True, actor=colleague, at=datetime.now(UTC))
    opened.become("intake")
    merged = carry_out_transfers(at=datetime.now(UTC))
    opened.become("app")
    undo = propose_again(done.transfer.pk, (), ground=GROUND, actor=colleague, at=datetime.now(UTC))
    second_step(undo.pk, agreed=True, actor=first, at=datetime.now(UTC))
    opened.become("intake")
    return {"merged": merged, "undone": carry_out_transfers(at=datetime.now(UTC))}


def population(opened: Installation) -> dict[str, int]:
    from chengxin.identity.services.population import take_events
    from chengxin.records.services import areas
    from tests.site.upgrade.fill import event, new_code

    opened.become("intake")
    events = [event(10, "新增", new_code("19930303", 604), XM="还没有讲过", XZQH="140105")]
    receipt = take_events(events, areas=areas(), at=datetime.now(UTC))
    return {"new": receipt.new, "taken_up": receipt.taken_up, "parked": receipt.parked}


def verify(opened: Installation) -> list[str]:
    from chengxin.demo.organisations import of_field
    from chengxin.identity.models import Client, Registration
    from chengxin.identity.services import verification

    opened.become("owner")
    bank = of_field("bank")[0].code
    purpose = Registration.objects.get(field="accounts").code
    client = Client.objects.get(organisation__code=bank).client_id
    opened.become("app")
    enquirer = verification.Enquirer("api", bank, client, "127.0.0.1")
    person = SHOWN["persons"][0]
    asked = [verification.Asked("resident-id", person["code"], name) for name in (person["name"], "另一名")]
    return [verification.verify(enquirer, purpose, one, at=datetime.now(UTC))[0].outcome for one in asked]


ACTS: dict[str, Callable[[Installation], Any]] = {
    "adjudicate": adjudicate,
    "transfer": transfer,
    "population": population,
    "verify": verify,
}


def main() -> None:
    with installation(Path(sys.argv[1]), "owner", lambda _: None) as opened:
        from chengxin.demo.province import settle_cast

        # Rights are granted for a year at most; where the fixture is older, they are granted anew.
        settle_cast()
        sys.stdout.write(json.dumps(ACTS[sys.argv[2]](opened)) + "\n")


if __name__ == "__main__":
    main()
