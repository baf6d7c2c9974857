"""The cast of the catalogue's process: a department's clerk, two officers of the credit centre, one of the supervising department."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chengxin.catalogue.drafting import StepForm, begin_draft, set_item, take_step
from chengxin.catalogue.files import shipped_items
from chengxin.catalogue.models import Draft, Edition
from chengxin.catalogue.numbers import consultation_days
from chengxin.catalogue.publishing import publish
from chengxin.demo.officers import settle_demo_officer
from chengxin.demo.organisations import organisation_code
from chengxin.identity.models import Organisation, User
from chengxin.identity.services.organisations import settle_organisation
from chengxin.lib.periods import shanghai_date
from tests.conftest import Register
from tests.people import CENTRE

SUPERVISOR = organisation_code("department", 905)
ARTICLE = "GGXYML-03"
OWN_ARTICLE = "SXSHXYTL-29"
"""An article that no national item of the same kind rests on."""


def settle_cast(register: Register) -> None:
    """Enter a second officer of the centre and the supervising department with one of its own."""
    register.become("owner")
    centre = Organisation.objects.get(code=CENTRE)
    above = settle_organisation(
        code=SUPERVISOR, name="测试发展和改革委员会", kind="supervisor", region="140000", valid_from=date(2019, 1, 1)
    )
    for login, name, organisation in (("colleague", "审核员", centre), ("approver", "批准人", above)):
        settle_demo_officer(
            login=login, display_name=name, organisation=organisation, role="officer", password="a-test-password"
        )


def positive_item(code: str = "SX-GY", name: str = "公益捐赠信息") -> dict[str, Any]:
    """Give a sound item that burdens nobody, made of the shipped one on volunteers."""
    item = deepcopy(shipped_items()["ZY-FW"][1])
    return {**item, "code": code, "name": name, "behaviour": f"{name}由主管部门记载", "authority": "民政部门"}


def adverse_item(code: str = "SX-CF", name: str = "安全生产处罚补充信息") -> dict[str, Any]:
    item = deepcopy(shipped_items()["CF-ZRR"][1])
    bases = [*item["bases"], {"ref": OWN_ARTICLE, "role": "collect"}]
    return {
        **item,
        "code": code,
        "name": name,
        "behaviour": f"{name}的行为",
        "authority": "应急管理部门",
        "bases": bases,
    }


@dataclass
class Process:
    """Takes drafts through their steps, each by whoever it belongs to, at the present moment."""

    register: Register

    @contextmanager
    def by(self, login: str) -> Iterator[User]:
        with self.register.speaking(login):
            yield User.objects.select_related("organisation").get(login=login)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def today(self) -> date:
        return shanghai_date(self.now)

    def draft(self, *items: dict[str, Any], title: str = "补充目录草案") -> Draft:
        with self.by("clerk") as clerk:
            made = begin_draft(title, actor=clerk, at=self.now)
            for item in items:
                set_item(made.pk, item, actor=clerk, at=self.now)
        return made

    def step(self, draft: Draft, kind: str, login: str = "", **given: Any) -> None:
        usual = {"submit": "clerk", "withdraw": "clerk", "approve": "approver"}
        if kind == "consult":
            given.setdefault("until", self.today + timedelta(days=consultation_days(self.today)))
        with self.by(login or usual.get(kind, "officer")) as actor:
            take_step(draft.pk, kind, actor=actor, at=self.now, given=StepForm(**given))

    def run_out(self, draft: Draft) -> None:
        """Let the consultation have run out yesterday, as only the owner can with the locks off."""
        with self.register.connect("owner") as connection:
            connection.execute("ALTER TABLE catalogue_step DISABLE TRIGGER step_append_only")
            connection.execute(
                "UPDATE catalogue_step SET until = %s WHERE draft_id = %s AND kind = 'consult'",
                [self.today - timedelta(days=1), draft.pk],
            )
            connection.execute("ALTER TABLE catalogue_step ENABLE TRIGGER step_append_only")

    def be_one(self, login: str, other: str) -> None:
        """Let two accounts be one person's: both declared the same code."""
        with self.register.connect("owner") as connection:
            connection.execute(
                """UPDATE identity_declaration d SET code_hashes = o.code_hashes FROM identity_declaration o
                   WHERE o.user_id = (SELECT id FROM identity_user WHERE login = %s)
                     AND d.user_id = (SELECT id FROM identity_user WHERE login = %s)""",
                [other, login],
            )

    def approved(self, *items: dict[str, Any]) -> Draft:
        draft = self.draft(*items)
        self.step(draft, "submit")
        self.step(draft, "review")
        if any(item["nature"] == "adverse" or "public" in item["disclosure"] for item in items):
            self.step(draft, "consult")
            self.run_out(draft)
        self.step(draft, "approve")
        return draft

    def publish(self, draft: Draft, code: str = "2026.2", begins: date | None = None) -> Edition:
        with self.by("officer") as actor:
            return publish(draft.pk, code, begins or self.today, actor=actor, at=self.now)
