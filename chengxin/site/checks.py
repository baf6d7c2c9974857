"""What start-up refuses, and what it reports."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings

from chengxin.lib.sources import Source
from chengxin.site.env import SettingUnusable


def refuse_unsafe() -> None:
    """Refuse switches that contradict each other. Raises SettingUnusable.

    Source: safeguard 21: area 149999 was never assigned and stands in synthetic data alone.
    """
    if settings.SANDBOX and (settings.DEMO or settings.OIDC_URL):
        raise SettingUnusable(
            "沙箱不能同时是演示（CHENGXIN_DEMO），也不接统一身份认证平台（CHENGXIN_OIDC_URL）：真实人员不进沙箱。",
            "A sandbox is no demo (CHENGXIN_DEMO) and has no real-name platform (CHENGXIN_OIDC_URL): real persons don't log in to it.",
        )
    if settings.PRODUCTION and not settings.SANDBOX and (settings.TEST_AREA or settings.DEMO):
        raise SettingUnusable(
            "正式运行（CHENGXIN_PRODUCTION=1）时不得打开演示或测试地区 149999（CHENGXIN_DEMO、CHENGXIN_TEST_AREA）。",
            "In production (CHENGXIN_PRODUCTION=1) demo and test area 149999 must be off (CHENGXIN_DEMO, CHENGXIN_TEST_AREA).",
        )
    if settings.PRODUCTION and settings.OIDC_URL and not settings.OIDC_URL.startswith("https://"):
        raise SettingUnusable(
            "正式运行时统一身份认证平台的地址（CHENGXIN_OIDC_URL）必须是 https。",
            "In production the real-name platform's address (CHENGXIN_OIDC_URL) must be https.",
        )


@dataclass(frozen=True, slots=True)
class Provisional:
    """Something in force that rests on an analogue or on memory: what it is, where it comes from."""

    kind: str
    name: str
    source: str


def provisional_in_force(on: date) -> list[Provisional]:
    """List every provisional number, law, item and purpose in force: the start-up report (safeguard 22)."""
    from chengxin.catalogue.models import Law
    from chengxin.identity.delegation import LENGTH, LONGEST_DAYS
    from chengxin.identity.limits import login_limits
    from chengxin.identity.organising import licence_kinds
    from chengxin.identity.permissions import permissions
    from chengxin.identity.real_names import real_names
    from chengxin.identity.visiting import LENGTH as VISIT
    from chengxin.identity.visiting import LONGEST_MINUTES
    from chengxin.records.occupations import occupations

    found = _numbers(on)
    found += [
        Provisional("number", f"{name} ({file})", str(source))
        for name, file, source in (
            ("limits of logging in", "identity/login.toml", login_limits().source),
            ("limits of rights", "identity/permissions.toml", permissions().source),
        )
        if source.provisional
    ]
    found += [Provisional("law", law.code, law.name) for law in Law.objects.filter(provisional=True).order_by("code")]
    found += [
        Provisional("law", basis.ref, str(basis.source))
        for basis in real_names().bases.values()
        if basis.source.provisional and basis.source.in_force(on)
    ]
    table = occupations()
    found += [
        Provisional("occupation", one.code, str(one.source)) for one in table.on(on).values() if one.source.provisional
    ]
    if table.fresh_source.provisional:
        found.append(Provisional("number", f"occupations: fresh_days={table.fresh_days}", str(table.fresh_source)))
    found += [
        Provisional("law", one.code, str(one.source))
        for one in licence_kinds().values()
        if one.source.provisional and one.source.in_force(on)
    ]
    found += [Provisional("number", f"{kind}: {days} day", str(LENGTH)) for kind, days in LONGEST_DAYS.items()]
    found.append(Provisional("number", f"visit: {LONGEST_MINUTES} minute", str(VISIT)))
    return [*found, *_catalogue(), *_cycles(), *_shipped(), *_rules(on), *_levels(), *_certificates(on)]


def _numbers(on: date) -> list[Provisional]:
    """List the provisional numbers of the tables of terms, of records and of the review of use."""
    from chengxin.lib.terms import provisional_terms
    from chengxin.oversight import terms as review
    from chengxin.records.terms import tables

    return [
        Provisional(
            "number",
            f"{term.name}: " + ", ".join(f"{k}={v}" for k, v in term.numbers.items()) + f" {term.unit}",
            str(term.source),
        )
        for term in provisional_terms([*tables().values(), *review.tables().values()], on)
    ]


def _catalogue() -> list[Provisional]:
    from chengxin.catalogue.models import Edition, ItemVersion, Purpose
    from chengxin.sharing.duties.models import Duty

    items = ItemVersion.objects.filter(provisional=True, edition__valid_until=None).select_related("item")
    purposes, editions = (
        Purpose.objects.filter(provisional=True),
        Edition.objects.filter(provisional=True, valid_until=None),
    )
    return [
        *(Provisional("item", one.item.code, one.name) for one in items.order_by("item__code")),
        *(Provisional("purpose", one.code, one.name) for one in purposes.order_by("code")),
        *(Provisional("edition", one.code, one.name) for one in editions.order_by("code")),
        *(
            Provisional("duty", f"duties: {one.code}", one.name)
            for one in Duty.objects.filter(provisional=True).order_by("code")
        ),
    ]


def _cycles() -> list[Provisional]:
    """List how often items must be handed in, where that rests on an analogue."""
    from chengxin.catalogue.models import ItemVersion

    versions = ItemVersion.objects.filter(update_cycle__provisional=True, edition__valid_until=None)
    return [
        Provisional("number", f"{code}: update_cycle={cycle['value']} {cycle['unit']}", "".join(cycle["source"]))
        for code, cycle in versions.order_by("item__code").values_list("item__code", "update_cycle")
    ]


def _shipped() -> list[Provisional]:
    """List what ships beside the catalogue and rests on no text that was read: older layouts, and what a new item starts from."""
    from chengxin.catalogue.sheets import skeleton
    from chengxin.records.intake.older import shipped_layouts

    blank = skeleton("", "")
    found = [
        Provisional("item", f"{one['name']} (records/layouts.toml)", "".join(one["source"]))
        for one in shipped_layouts()
        if one["provisional"]
    ]
    if blank["provisional"]:
        found.append(
            Provisional("item", "new items (catalogue/skeleton.toml)", "".join(blank["update_cycle"]["source"]))
        )
    return found


def _rules(on: date) -> list[Provisional]:
    """List the sources that rules in code rest on, by the name under which the rules cite them."""
    from chengxin.identity import hands as of_hands
    from chengxin.identity import rules as of_identity
    from chengxin.identity import visiting as of_window
    from chengxin.oversight import rules as of_oversight
    from chengxin.records import rules as of_records

    return [
        Provisional("rule", f"{module.__name__.removeprefix('chengxin.')}.{name}", str(source))
        for module in (of_hands, of_identity, of_window, of_oversight, of_records)
        for name, source in vars(module).items()
        if isinstance(source, Source) and source.provisional and source.in_force(on)
    ]


def _levels() -> list[Provisional]:
    from chengxin.identity.population_words import words

    return [
        Provisional("level", f"{level.code} (identity/population.toml)", level.name)
        for level in words().levels.values()
        if level.provisional
    ]


def _certificates(on: date) -> list[Provisional]:
    """List what a certificate may be for, where no text was read that names it."""
    from chengxin.sharing.certificates import certificate_purposes

    return [
        Provisional("purpose", f"{one.code} (sharing/certificates.toml)", str(one.source))
        for one in certificate_purposes().values()
        if one.source.provisional and one.source.in_force(on)
    ]
