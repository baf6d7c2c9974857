"""The pages on which two administrators acknowledge what a restore lost of the access register."""

from django.urls import reverse

from tests.conftest import Register
from tests.people import WANG_WEI
from tests.portal.administration.conftest import lose_an_end
from tests.portal.conftest import LogIn

LIST, NEW = reverse("administration:restorations", "chengxin.site.admin_urls"), "/restores/new/"
TOLD = {"reason": "存储损坏", "log": "备份 2026-11-27 02:00，由甲恢复"}


def test_what_is_lost_is_entered_by_one_and_approved_by_another(admin: LogIn, administration: Register) -> None:
    system, audit = admin("system"), admin("audit")
    assert "没有。缺口由每夜的核验" in system.get(LIST).content.decode()
    refused = system.post(NEW, TOLD)
    assert refused.status_code == 409
    assert "没有待确认的缺口" in refused.content.decode()
    lose_an_end(administration)
    page = system.get(LIST).content.decode()
    assert "2026-01/07#0-2" in page
    assert "曾有 3 条，现有 0 条" in page
    assert NEW in page
    assert NEW not in audit.get(LIST).content.decode()
    assert "已登记" in system.post(NEW, TOLD, follow=True).content.decode()
    waiting = audit.get(LIST).content.decode()
    for words in ("待批准", *TOLD.values(), "2026-01/07#0-2", "没有。缺口由每夜的核验"):
        assert words in waiting
    ((number,),) = administration.rows("SELECT id FROM identity_restoration")
    approve = reverse("administration:approve-restoration", args=[number])
    assert approve in waiting
    assert approve not in system.get(LIST).content.decode()
    assert system.post(approve).status_code == 403
    assert "已批准" in audit.post(approve, follow=True).content.decode()
    assert audit.post(approve).status_code == 409
    assert audit.post(reverse("administration:withdraw-restoration", args=[number])).status_code == 409
    acts = audit.get(reverse("administration:log")).content.decode()
    for act in ("restoration.enter", "restoration.approve"):
        assert act in acts
    assert audit.get(reverse("administration:approve-restoration", args=[number + 1])).status_code == 404


def test_what_was_entered_wrongly_is_withdrawn_and_waits_anew(admin: LogIn, furnished: Register) -> None:
    ((number,),) = furnished.rows("SELECT id FROM identity_restoration")
    withdraw = reverse("administration:withdraw-restoration", args=[number])
    assert "2026-01/07#0-2" in admin("audit").get(withdraw).content.decode()
    page = admin("audit").post(withdraw, follow=True).content.decode()
    assert "已撤销" in page
    assert "曾有 3 条，现有 0 条" in page
    assert admin("security").get(LIST).status_code == 403


def test_a_reason_and_a_record_are_asked_for_without_anybodys_code(admin: LogIn, administration: Register) -> None:
    lose_an_end(administration)
    system = admin("system")
    assert system.post(NEW, {"reason": "", "log": "x"}).status_code == 422
    refused = system.post(NEW, {**TOLD, "log": WANG_WEI.code})
    assert refused.status_code == 422
    assert administration.rows("SELECT FROM identity_restoration") == []
