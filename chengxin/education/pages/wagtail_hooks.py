"""What is otherwise in this house than in the content system: nobody publishes alone, and nothing is deleted."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.models import Page

ALONE = "网页由另一名审核员发布：已存为草稿，请点“提交审核”。 / Saved as a draft: another officer publishes it, so submit it for review."
KEPT = "网页只撤下，不删除，历史才查得到。请用“撤下”（取消发布）。 / Pages are taken off, never deleted: unpublish it instead."
ONE_BY_ONE = "发布、删除要一页一页办理。 / Publishing and deleting go page by page."


@hooks.register("before_publish_page")
def publish_by_review_alone(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Send whoever would publish directly to the review."""
    if page.workflow_in_progress and page.current_workflow_task_state.status == "approved":
        return None
    messages.error(request, ALONE)
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("before_delete_page")
def keep_pages(request: HttpRequest, page: Page) -> HttpResponse:  # Wagtail's own signature
    messages.error(request, KEPT)
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_bulk_action")
def one_by_one(request: HttpRequest, action_type: str, objects: Any, action: Any) -> HttpResponse | None:  # noqa: ARG001
    if action_type not in {"publish", "delete", "move"}:
        return None
    messages.error(request, ONE_BY_ONE)
    return redirect("wagtailadmin_home")


@hooks.register("construct_page_action_menu")
def offer_no_direct_publishing(menu: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:  # noqa: ARG001
    menu[:] = [item for item in menu if item.name not in {"action-publish", "action-delete"}]


@hooks.register("construct_main_menu")
def what_editors_need(request: HttpRequest, menu: list[Any]) -> None:  # noqa: ARG001
    """Leave out what nobody may do here: documents, help that leads to other servers."""
    menu[:] = [item for item in menu if item.name not in {"documents", "help"}]


@hooks.register("before_create_alias_page")
def no_alias(request: HttpRequest, page: Page) -> HttpResponse:
    """An alias would be published with what it stands for, unseen by a second pair of eyes."""
    messages.error(request, "本网站不建别名页，请用链接。 / No aliases here: put a link instead.")
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_copy_page")
def copy_as_draft(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A copy is a draft, whoever makes it."""
    if request.method == "POST" and request.POST.get("publish_copies"):
        messages.error(request, "复制出来的是草稿，提交审核后发布。 / A copy is a draft: submit it for review.")
        return redirect("wagtailadmin_pages:copy", page.pk)
    return None
