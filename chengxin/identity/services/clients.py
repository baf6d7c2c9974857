"""Entering organisations' systems and their public keys. The database has the same rules (``sql/locks_clients.sql``)."""

import base64
import ipaddress
import json
import re
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import ClientRefused
from chengxin.identity.models import Client, ClientKey, ClientRedirect, User
from chengxin.identity.permissions import permissions
from chengxin.identity.queries import find_organisation, may
from chengxin.identity.signers import refuse_hands
from chengxin.identity.tokens import KeyUnfit, read_public_key
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date

Entered = TypeVar("Entered", ClientKey, ClientRedirect)
REDIRECT = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?/[^#\s]*")
LONGEST_DAYS, KEY_LONGEST_DAYS, KEYS_AT_A_TIME = 1096, 732, 2


@transaction.atomic
def enter_client(
    *, organisation_code: str, name: str, addresses: Sequence[str], until: date, actor: User, at: datetime
) -> Client:
    """Enter a system of an organisation and the networks it calls from, until a day. It can do nothing without an approved key.

    Raises NotAllowed when the actor is no system administrator, ClientRefused in words.
    """
    _require("clients.enter", actor)
    today = shanghai_date(at)
    organisation = find_organisation(organisation_code, today)
    if organisation is None:
        raise ClientRefused(f"没有登记单位 {organisation_code}。", f"There is no organisation {organisation_code}.")
    _refuse_term(today, until, LONGEST_DAYS)
    client = Client(
        client_id="c-" + base64.b32encode(secrets.token_bytes(10)).decode().lower(),
        organisation=organisation,
        name=name.strip(),
        addresses=[_network(one) for one in addresses],
        valid_from=today,
        valid_until=until,
        entered_by=actor,
        entered_at=at,
    )
    if not client.name or not client.addresses:
        raise ClientRefused("请写明系统名称和来访网络。", "Give the system's name and the networks it calls from.")
    client.save(force_insert=True)
    note_act(actor.login, "clients.enter", f"client:{client.pk}", at=at, note=client.client_id)
    return client


@transaction.atomic
def enter_key(client_id: str, public: str, *, until: date, actor: User, at: datetime) -> ClientKey:
    """Enter a client's public key (JWK as JSON, or PEM) from today until a day; it proves nothing until a second person approves.

    Locks the client. Raises NotAllowed, ClientRefused: private or weak keys, the same twice, a third at a time.
    """
    _require("clients.enter", actor)
    today = shanghai_date(at)
    client = _client(client_id)
    _refuse_term(today, until, KEY_LONGEST_DAYS)
    try:
        kid, whole = read_public_key(public)
    except KeyUnfit as unfit:
        raise ClientRefused(unfit.words, unfit.words_en) from None
    standing = ClientKey.objects.filter(client=client, withdrawn_at=None, valid_until__gt=today)
    if standing.count() >= KEYS_AT_A_TIME:
        raise ClientRefused("同时最多两把有效公钥，请先废止一把。", "Two keys at a time: withdraw one first.")
    if ClientKey.objects.filter(client=client, kid=kid).exists():
        raise ClientRefused("这把公钥已经登记过。", "This key was entered before.")
    key = ClientKey.objects.create(
        client=client,
        kid=kid,
        public=json.dumps(whole),
        valid_from=today,
        valid_until=until,
        entered_by=actor,
        entered_at=at,
    )
    note_act(actor.login, "clients.enter", f"client-key:{key.pk}", at=at, note=client_id)
    return key


@transaction.atomic
def approve_key(key_id: int, *, actor: User, at: datetime) -> ClientKey:
    """Approve a key that somebody else entered. Locks it. Raises NotAllowed, ClientRefused."""
    _require("clients.approve", actor)
    return _approved(_key(key_id), f"client-key:{key_id}", actor, at)


@transaction.atomic
def withdraw_key(key_id: int, *, actor: User, at: datetime) -> ClientKey:
    """Withdraw a key at once and for good. Locks it. Raises NotAllowed, ClientRefused."""
    _require("clients.suspend", actor)
    return _withdrawn(_key(key_id), f"client-key:{key_id}", actor, at)


@transaction.atomic
def enter_redirect(client_id: str, address: str, *, actor: User, at: datetime) -> ClientRedirect:
    """Enter an address to which a client leads browsers back; it counts when a second person has approved it.

    Raises NotAllowed, ClientRefused for what isn't https, whole and without a fragment, and the same twice.
    """
    _require("clients.enter", actor)
    client = _client(client_id)
    if not REDIRECT.fullmatch(address):
        raise ClientRefused(
            "返回地址应以 https:// 开头，写全域名和路径，没有 # 和空格，例如 https://www.example.cn/back。",
            "A return address begins with https://, names host and path, and has neither # nor spaces.",
        )
    if ClientRedirect.objects.filter(client=client, address=address, withdrawn_at=None).exists():
        raise ClientRefused("这个返回地址已经登记过。", "This address was entered before.")
    made = ClientRedirect.objects.create(client=client, address=address, entered_by=actor, entered_at=at)
    note_act(actor.login, "clients.enter", f"client-redirect:{made.pk}", at=at, note=client_id)
    return made


@transaction.atomic
def approve_redirect(number: int, *, actor: User, at: datetime) -> ClientRedirect:
    """Approve an address that somebody else entered. Locks it. Raises NotAllowed, ClientRefused."""
    _require("clients.approve", actor)
    return _approved(_redirect(number), f"client-redirect:{number}", actor, at)


@transaction.atomic
def withdraw_redirect(number: int, *, actor: User, at: datetime) -> ClientRedirect:
    """Withdraw an address at once and for good. Locks it. Raises NotAllowed, ClientRefused."""
    _require("clients.suspend", actor)
    return _withdrawn(_redirect(number), f"client-redirect:{number}", actor, at)


@transaction.atomic
def suspend_client(client_id: str, *, reason: str, actor: User, at: datetime) -> Client:
    """Suspend a client at once and for good; whoever is let in again is entered again. Locks it. Raises NotAllowed, ClientRefused."""
    _require("clients.suspend", actor)
    client = _client(client_id)
    if not reason.strip():
        raise ClientRefused("请写明停用的理由。", "Give the reason.")
    client.suspended_at, client.suspended_by, client.suspension_reason = at, actor, reason.strip()
    client.save(update_fields=["suspended_at", "suspended_by", "suspension_reason"])
    note_act(actor.login, "clients.suspend", f"client:{client.pk}", at=at, note=client_id)
    return client


def _require(act: str, actor: User) -> None:
    if not may(actor.pk, act):
        told = permissions().acts[act]
        raise NotAllowed(f"您的岗位不能{told.name}。", f"Your role doesn't include: {told.name_en}.")


def _refuse_term(today: date, until: date, longest: int) -> None:
    last = today + timedelta(days=longest)
    if not today < until <= last:
        raise ClientRefused(f"截止日应在明天与 {last} 之间。", f"It must end between tomorrow and {last}.")


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError:
        raise ClientRefused(
            f"{text} 不是网络地址，应如 203.0.113.0/28。", f"{text} is no network such as 203.0.113.0/28."
        ) from None


def _client(client_id: str) -> Client:
    found = Client.objects.select_for_update(no_key=True).filter(client_id=client_id, suspended_at=None).first()
    if found is None:
        raise ClientRefused(
            f"没有系统 {client_id}，或者已停用。", f"There is no client {client_id}, or it is suspended."
        )
    return found


def _approved(entered: Entered, subject: str, actor: User, at: datetime) -> Entered:
    """Approve what somebody else entered."""
    if entered.approved_at is not None:
        raise ClientRefused("已经批准过。", "It was approved already.")
    if entered.entered_by_id == actor.pk:
        raise ClientRefused("登记人不能批准自己的登记。", "Nobody approves what they entered themselves.")
    refuse_hands(actor, first=entered.entered_by_id)
    entered.approved_at, entered.approved_by = at, actor
    entered.save(update_fields=["approved_at", "approved_by"])
    note_act(actor.login, "clients.approve", subject, at=at)
    return entered


def _withdrawn(entered: Entered, subject: str, actor: User, at: datetime) -> Entered:
    entered.withdrawn_at, entered.withdrawn_by = at, actor
    entered.save(update_fields=["withdrawn_at", "withdrawn_by"])
    note_act(actor.login, "clients.suspend", subject, at=at)
    return entered


def _key(key_id: int) -> ClientKey:
    found = ClientKey.objects.select_for_update(no_key=True).filter(pk=key_id, withdrawn_at=None).first()
    if found is None:
        raise ClientRefused("没有这把公钥，或者已废止。", "There is no such key, or it was withdrawn.")
    return found


def _redirect(number: int) -> ClientRedirect:
    rows = ClientRedirect.objects.select_for_update(no_key=True, of=("self",)).select_related("client")
    found = rows.filter(pk=number, withdrawn_at=None).first()
    if found is None:
        raise ClientRefused("没有这个返回地址，或者已废止。", "There is no such address, or it was withdrawn.")
    return found
