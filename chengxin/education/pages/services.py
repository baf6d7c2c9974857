"""Setting the public site up: groups that follow from rights, the way a page is reviewed, and the first pages. Runs as the owner."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from chengxin.education.pages import models
from chengxin.education.pages.models import HomePage, SitePage
from chengxin.identity.permissions import permissions

PAGES = Path(__file__).parent.parent / "data" / "pages.toml"
KINDS: dict[str, type[SitePage]] = {
    one.kind: one for one in (models.SectionPage, models.NewsPage, models.PolicyPage, models.GuidePage, models.CasePage)
}
# What the content system calls the parts of the two acts of the permission table.
ACCESS = ("wagtailadmin", "access_admin")
ON_PAGES = {"pages.edit": ("add_page", "change_page"), "pages.publish": ("publish_page", "lock_page", "unlock_page")}
ON_PICTURES = ("add_image", "change_image", "choose_image")
ON_REDIRECTS = ("add_redirect", "change_redirect", "delete_redirect")
REVIEW = "由另一名工作人员审核"


@transaction.atomic
def settle_site(*, at: datetime) -> bool:
    """Make home, groups and review what they should be, and the first pages where there is no home yet; tells whether it made these.

    What editors wrote is never touched: once there is a home, pages are theirs alone.
    """
    home = HomePage.objects.first()
    fresh = home is None
    if home is None:
        home = _first_pages(tomllib.loads(PAGES.read_text(encoding="utf-8")), at)
    _settle_groups(home)
    return fresh


def _settle_groups(home: Page) -> None:
    """Give each role's group what its acts open, no more: whatever else it had is taken away."""
    table, pictures = permissions(), Collection.get_first_root_node()
    publishers = []
    for role in sorted({role for act in ON_PAGES for role in table.acts[act].roles}):
        group, _ = Group.objects.get_or_create(name=role)
        acts = [act for act in ON_PAGES if role in table.acts[act].roles]
        redirects = ON_REDIRECTS if "pages.publish" in acts else ()
        group.permissions.set([_permission(*ACCESS), *(_permission("wagtailredirects", one) for one in redirects)])
        _settle(GroupPagePermission, group, "page", home, [one for act in acts for one in ON_PAGES[act]], "wagtailcore")
        _settle(GroupCollectionPermission, group, "collection", pictures, list(ON_PICTURES), "wagtailimages")
        if redirects:
            publishers.append(group)
    task, _ = models.ReviewTask.objects.get_or_create(name=REVIEW)
    task.groups.set(publishers)
    workflow, _ = Workflow.objects.get_or_create(name=REVIEW)
    Workflow.objects.exclude(pk=workflow.pk).update(active=False)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    WorkflowPage.objects.update_or_create(page=home, defaults={"workflow": workflow})


def _settle(model: Any, group: Group, place: str, where: Any, names: list[str], app: str) -> None:
    wanted = [_permission(app, name) for name in names]
    model.objects.filter(group=group).exclude(**{place: where, "permission__in": wanted}).delete()
    for permission in wanted:
        model.objects.get_or_create(group=group, permission=permission, **{place: where})


def _permission(app: str, name: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app, codename=name)


def _first_pages(told: dict[str, Any], at: datetime) -> HomePage:
    """Make the first pages under a home of their own, in the place of the content system's example."""
    root = Page.get_first_root_node()
    home = HomePage(
        slug="home", live=True, first_published_at=at, last_published_at=at, **_fields("home", told["home"])
    )
    for example in root.get_children().filter(slug="home"):
        example.slug = "example"
        example.save()
    root.add_child(instance=home)
    Site.objects.all().delete()
    Site.objects.create(
        hostname="localhost", port=80, is_default_site=True, root_page=home, site_name=settings.WAGTAIL_SITE_NAME
    )
    root.get_children().filter(slug="example").delete()
    for section in told["section"]:
        entries = section.pop("page", [])
        parent = home.add_child(instance=_page(section.pop("slug"), "section", section, at))
        for entry in entries:
            parent.add_child(instance=_page(entry.pop("slug"), section["holds"], entry, at))
    return home


def _page(slug: str, kind: str, told: dict[str, Any], at: datetime) -> SitePage:
    page = KINDS[kind](
        slug=slug, live=True, first_published_at=at, last_published_at=at, **_fields(f"{kind}/{slug}", told)
    )
    if kind == "case":
        page.nobody_recognised = True
    return page


def _fields(name: str, told: dict[str, Any]) -> dict[str, Any]:
    body = [{"type": kind, "value": value, "id": str(uuid5(NAMESPACE_URL, f"{name}#{place}"))}
            for place, block in enumerate(told.get("body", [])) for kind, value in block.items()]  # fmt: skip
    return {**told, "body": body}
