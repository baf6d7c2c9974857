"""Logging in: password, then second factor; what an officer without one can do; what goes into the log."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chengxin.identity.models import User
from chengxin.identity.openness import policy_of
from chengxin.identity.services.rotation import rotate_keys
from tests.conftest import Register
from tests.portal.accounts.conftest import PASSWORD, TOOK, Telephone, Visit, Visitor
from tests.portal.test_policies import ALL, address

Log = Callable[[], list[tuple[str, str, str]]]
HOME, SECURITY, TOTP = reverse("account_home"), reverse("account_security"), reverse("account_totp")


def test_password_and_code_let_in_and_the_log_tells(visit: Visit, log: Log) -> None:
    clerk = visit()
    assert not clerk.is_in()
    clerk.send_password()
    assert not clerk.is_in()
    assert clerk.send_code().headers["Location"] == HOME
    assert clerk.is_in()
    clerk.client.post(reverse("account_logout"))
    assert not clerk.is_in()
    assert log() == [("clerk", "login.begin", "totp"), ("clerk", "login.end", "")]


def test_the_key_of_a_session_changes_on_logging_in(visit: Visit) -> None:
    clerk = visit()
    clerk.send_password()
    before = clerk.client.cookies["chengxin_desk"].value
    clerk.send_code()
    assert clerk.client.cookies["chengxin_desk"].value != before
    clerk.client.cookies["chengxin_desk"] = before
    assert not clerk.is_in()


@pytest.mark.parametrize(
    ("login", "password"),
    [("clerk", "not-the-password"), ("nobody", PASSWORD), ("security", PASSWORD), ("gone", PASSWORD)],
)
def test_a_refused_password_says_one_thing_for_every_reason(
    register: Register, log: Log, login: str, password: str
) -> None:
    """A wrong password, no such login, an administrator at the desk, somebody who left."""
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_user SET is_active = false, login = 'gone' WHERE login = 'verifier'")
    wrong, right = Visitor(login).send_password(password), Visitor("clerk").send_password("not-the-password")
    assert wrong.status_code == right.status_code == 200

    def told(answer: Any) -> str:
        text: str = answer.content.decode()
        return text[text.index('role="alert"') : text.index("</form>")].partition('value="')[0]

    assert told(wrong) == told(right)
    assert "登录名或密码不正确" in told(wrong)
    assert password not in wrong.content.decode()
    known = login if login != "nobody" else ""
    assert log() == [(known, "login.failed", "password"), ("clerk", "login.failed", "password")]


def test_a_login_that_nobody_has_costs_the_same_work(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same statements but for the names in them, and one hashing of a password."""
    from django.contrib.auth import hashers
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    hashed: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def noted(hasher: Any, password: str, salt: str) -> str:
        hashed.append("hashed")
        return encode(hasher, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", noted)

    def work(login: str) -> list[str]:
        hashed.clear()
        with CaptureQueriesContext(connection) as asked:
            Visitor(login).send_password("not-the-password")
        return [*hashed, *(query["sql"].split("VALUES")[0].split("WHERE")[0] for query in asked.captured_queries)]

    work("nobody")  # whatever the first time costs
    nobody, clerk = work("nobody-else"), work("clerk")
    # Whoever is known is asked about once more: whether they administer. It takes a thousandth of the hashing.
    assert [one for one in clerk if "identity_administrator" not in one] == nobody


def test_login_leads_back_and_never_elsewhere(visit: Visit) -> None:
    upload = reverse("portal:upload")
    for wanted, got in ((upload, upload), ("https://elsewhere.example/", HOME), ("//elsewhere.example/", HOME)):
        clerk = visit()
        clerk.send_password(next=wanted)
        clerk.telephone = None
        assert clerk.client.session["account_login"]["redirect_url"] in {got, None}
    clerk = visit()
    clerk.send_password(next=upload)
    assert clerk.send_code().headers["Location"] == upload


def test_whoever_has_no_second_factor_is_led_to_one_and_can_do_nothing_else(visit: Visit) -> None:
    clerk = visit(telephone=False)
    assert clerk.send_password().headers["Location"] == HOME
    assert clerk.client.get(HOME).headers["Location"] == SECURITY
    assert "请先设置第二重验证" in clerk.client.get(SECURITY).content.decode()
    for name, entry in ALL.items():
        found = policy_of(entry.callback)
        assert found is not None
        if found.kind == "officers":
            for method in ("get", "post"):
                answer = getattr(clerk.client, method)(address(name))
                assert (answer.status_code, answer.headers["Location"]) == (302, HOME), name
        if found.kind == "persons":
            assert clerk.client.get(address(name)).status_code == 403, name


def enrol(clerk: Visitor) -> list[str]:
    """Bind a telephone on the page and give the recovery codes that were shown."""
    page = clerk.client.get(TOTP)
    secret = page.context["secret"].replace(" ", "")
    assert "data:image/svg+xml;base64," in page.content.decode()
    clerk.telephone = Telephone(secret)
    answer = clerk.client.post(TOTP, {"code": clerk.telephone.code()})
    assert answer.headers["Location"] == reverse("account_codes")
    return TOOK.findall(clerk.client.get(answer.headers["Location"]).content.decode())


def test_enrolling_a_telephone_opens_the_desk_and_shows_recovery_codes_once(visit: Visit, log: Log) -> None:
    clerk = visit(telephone=False)
    clerk.send_password()
    codes = enrol(clerk)
    assert len(set(codes)) == 10
    assert not TOOK.findall(clerk.client.get(reverse("account_codes")).content.decode())
    assert clerk.is_in()
    clerk.client.post(reverse("account_logout"))
    clerk.send_password()
    clerk.send_code(codes[3].lower().replace("-", " "))
    assert clerk.is_in()
    clerk.client.post(reverse("account_logout"))
    clerk.send_password()
    assert "已用过" in clerk.send_code(codes[3]).content.decode()
    acts = [(act, note) for _, act, note in log()]
    assert acts == [
        ("login.begin", "password"),
        ("factor.add", "totp"),
        ("login.end", ""),
        ("login.begin", "recovery_codes"),
        ("login.end", ""),
        ("login.failed", "factor"),
    ]


def test_a_code_is_taken_once_and_no_older_one_after_it(visit: Visit) -> None:
    clerk = visit()
    clerk.enter()
    assert clerk.telephone is not None
    used, older = clerk.telephone.code, Telephone(clerk.telephone.secret, clerk.telephone.last - 1)
    other = visit()
    other.send_password()
    assert "已用过" in other.send_code(older.code()).content.decode()
    older.last -= 2
    assert "已用过" in other.send_code(Telephone(older.secret).code()).content.decode()
    assert other.send_code(used()).status_code == 302


def test_a_session_from_before_the_second_factor_ends(visit: Visit) -> None:
    """Whoever has only the password can't take off what another session put on."""
    thief, clerk = visit(telephone=False), visit(telephone=False)
    thief.send_password()
    clerk.send_password()
    enrol(clerk)
    for name in ("account_security", "account_remove_totp", "account_passkey", "account_renew_codes"):
        answer = thief.client.post(reverse(name))
        assert answer.headers["Location"].startswith(reverse("account_login")), name
    assert clerk.is_in()


def test_somebody_elses_first_factor_in_the_same_browser_lets_nobody_in(visit: Visit) -> None:
    """What one officer proved in a browser is not the next one's."""
    clerk = visit()
    clerk.enter()
    clerk.client.post(reverse("account_login"), {"login": "officer", "password": PASSWORD})
    clerk.client.post(reverse("account_logout"))
    clerk.login = "officer"
    clerk.send_password()
    assert clerk.client.get(HOME).headers["Location"] == SECURITY


def test_a_password_of_somebody_elses_choosing_opens_nothing_but_its_change(
    register: Register, visit: Visit, log: Log
) -> None:
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_user SET first_password = true WHERE login = 'clerk'")
    clerk = visit()
    clerk.enter()
    password = reverse("account_password")
    assert clerk.client.get(HOME).headers["Location"] == password
    assert clerk.client.get(reverse("portal:desk")).headers["Location"] == HOME
    assert clerk.client.get(reverse("account_totp")).headers["Location"] == password
    fresh = {"old": PASSWORD, "new": "four unrelated words here", "again": "four unrelated words here"}
    for wrong, told in (
        ({"old": "x"}, "现在的密码不正确"),
        ({"again": "x"}, "两次输入的新密码不一样"),
        ({"new": "short", "again": "short"}, "至少 12 个字符"),
        ({"new": PASSWORD, "again": PASSWORD}, "不能与现在的相同"),
    ):
        assert told in clerk.client.post(password, fresh | wrong).content.decode()
    assert clerk.client.post(password, fresh).headers["Location"] == HOME
    assert clerk.is_in()
    assert ("clerk", "password.change", "") in log()
    assert "登录名或密码不正确" in visit().send_password().content.decode()


def test_logging_out_takes_a_post(visit: Visit) -> None:
    clerk = visit()
    clerk.enter()
    assert clerk.client.get(reverse("account_logout")).status_code == 405
    assert clerk.is_in()


def test_whoever_mistook_the_account_begins_anew(visit: Visit) -> None:
    clerk = visit()
    clerk.send_password()
    second = reverse("mfa_authenticate")
    assert clerk.client.get(reverse("account_login")).headers["Location"] == second
    assert "换一个账户登录" in clerk.client.get(second).content.decode()
    clerk.client.post(reverse("account_logout"))
    assert clerk.client.get(reverse("account_login")).status_code == 200
    assert clerk.client.get(second).headers["Location"] == reverse("account_login")


def test_the_second_step_is_for_whoever_passed_the_first(register: Register) -> None:
    client = Client()
    for method in (client.get, client.post):
        assert method(reverse("mfa_authenticate")).headers["Location"] == reverse("account_login")


def test_a_secret_lies_sealed_and_recovery_codes_hashed(register: Register, visit: Visit) -> None:
    clerk = visit(telephone=False)
    clerk.send_password()
    codes = enrol(clerk)
    ((box, key_id),) = register.rows("SELECT secret_sealed, key_id FROM identity_totp")
    assert clerk.telephone is not None
    assert clerk.telephone.secret.encode() not in bytes(box)
    assert key_id == register.rows("SELECT current FROM identity_key_pointers")[0][0]
    kept = b"".join(bytes(digest) for (digest,) in register.rows("SELECT digest FROM identity_recovery_code"))
    assert not [code for code in codes if code.replace("-", "").encode() in kept]


def test_a_rotation_reaches_telephones(register: Register, visit: Visit, tmp_path: Path, settings: Any) -> None:
    shutil.copy(settings.VAULT_KEYS, tmp_path / "vault.json")
    settings.VAULT_KEYS = tmp_path / "vault.json"
    clerk = visit()
    before = register.rows("SELECT key_id, last_step FROM identity_totp")
    register.become("owner")
    rotate_keys(clock=timezone.now, tell=lambda _: None)
    after = register.rows("SELECT key_id, last_step FROM identity_totp")
    assert before[0][0] != after[0][0]
    assert before[0][1] == after[0][1]
    register.become("app")
    clerk.enter()
    assert clerk.is_in()


def test_nobody_logs_in_who_left_between_password_and_code(register: Register, visit: Visit) -> None:
    clerk = visit()
    clerk.send_password()
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_user SET is_active = false WHERE login = 'clerk'")
    assert clerk.send_code().status_code in {302, 400}
    assert not clerk.is_in()
    assert not User.objects.get(login="clerk").is_active
