"""Purposes of the demo province for checking real names, and a system with its key."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone
from joserfc import jwk

from chengxin.demo.officers import SECURITY
from chengxin.demo.organisations import of_field
from chengxin.identity.models import Registration, User
from chengxin.identity.services.clients import approve_key, enter_client, enter_key
from chengxin.identity.services.registrations import Applied, Limits, approve_purpose, register_purpose
from chengxin.lib.periods import shanghai_date

CLIENT_FILE = "verification-client.json"
# The system of the provider whose clerk the demo has: it hands in through the API.
PROVIDER_FILE = "provider-client.json"
LIMITS = Limits(daily_quota=20_000, daily_misses=2_000, per_minute=6_000, desk_quota=50)
# Trade of the demo organisation, field of the real-name system, purpose, article.
PURPOSES = (
    ("bank", "accounts", "开立个人银行账户时核对身份", "GRCKSMZ-7"),
    ("labour", "employment", "社会保险登记时核对身份", "SHBXF-58"),
    ("transport", "transport", "客运购票实名查验", "FKBZYF-21"),
)


WIDE = Limits(daily_quota=5_000_000, daily_misses=5_000_000, per_minute=600_000, per_code=50)


def settle_verification(folder: Path, *, limits: Limits = LIMITS) -> None:
    """Register the demo's purposes and one system of the bank, whose private key is left in the folder. Runs as the owner, once."""
    if Registration.objects.exists():
        return
    at = timezone.now()
    system, security = User.objects.get(login="system"), User.objects.get(login=SECURITY)
    until = shanghai_date(at) + timedelta(days=365)
    for trade, field, purpose, basis in PURPOSES:
        applied = Applied(of_field(trade)[0].code, field, purpose, basis, until)
        made = register_purpose(applied, limits, actor=system, at=at)
        approve_purpose(made.code, actor=security, at=at)
    settle_client(folder / CLIENT_FILE, of_field("bank")[0].code, "演示·柜面系统", (system, security), at)
    if provider := User.objects.filter(login="clerk").values_list("organisation__code", flat=True).first():
        settle_client(folder / PROVIDER_FILE, provider, "演示·报送系统", (system, security), at)


def settle_client(file: Path, organisation: str, name: str, administrators: tuple[User, User], at: datetime) -> None:
    """Enter a system of an organisation with a key of its own, which is left in the file. Runs as the owner."""
    system, security = administrators
    key, until = jwk.ECKey.generate_key("P-256"), shanghai_date(at) + timedelta(days=365)
    client = enter_client(
        organisation_code=organisation,
        name=name,
        addresses=["127.0.0.0/8", "::1/128"],
        until=until,
        actor=system,
        at=at,
    )
    entered = enter_key(client.client_id, json.dumps(key.as_dict(private=False)), until=until, actor=system, at=at)
    approve_key(entered.pk, actor=security, at=at)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(
        json.dumps({"client_id": client.client_id, "private_key": key.as_dict(private=True)}), encoding="utf-8"
    )
