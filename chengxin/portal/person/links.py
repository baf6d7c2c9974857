"""My share links: made item by item, shown once, followed look by look, ended with one press."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.policies import person_of, persons_only, proved_freshly, sent_to
from chengxin.lib.periods import shanghai_date
from chengxin.portal.languages import as_printed
from chengxin.portal.numbers import whole_number
from chengxin.portal.person.link_forms import ShareForm
from chengxin.sharing.documents.checking import picture_of
from chengxin.sharing.links.errors import LinkRefused
from chengxin.sharing.links.queries import PAGE, find_own_link, list_own_links, own_looks
from chengxin.sharing.links.services import Made, end_link, make_link


@persons_only
@require_safe
def links(request: HttpRequest) -> HttpResponse:
    before = whole_number(request.GET.get("before", ""))
    found = list_own_links(person_of(request), before=before, limit=PAGE + 1)
    older = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "portal/person/links.html", {"found": found[:PAGE], "older": older})


@persons_only
@require_http_methods(["GET", "POST"])
def new_link(request: HttpRequest) -> HttpResponse:
    """Make a link, right after the person proved once more who they are. The answer is the one place where it stands whole."""
    if not proved_freshly(request):
        return sent_to("person-login", request)
    person, at = person_of(request), timezone.now()
    form = ShareForm(request.POST if request.method == "POST" else None, on=shanghai_date(at))
    if not form.is_valid():
        return _form(request, form)
    try:
        made = make_link(person, form.wanted(), note=form.cleaned_data["note"], coded=form.cleaned_data["coded"], at=at)
    except LinkRefused as refused:
        form.add_error(None, f"{refused.text} / {refused.text_en}")
        return _form(request, form)
    return _told(request, made)


def _form(request: HttpRequest, form: ShareForm) -> HttpResponse:
    return render(request, "portal/person/link_new.html", {"form": form}, status=422 if form.is_bound else 200)


def _told(request: HttpRequest, made: Made) -> HttpResponse:
    with as_printed():
        address = settings.DESK_URL + reverse("shared", args=[made.words])
    context = {
        "address": address,
        "picture": picture_of(address),
        "code": made.code,
        "one": find_own_link(person_of(request), made.number),
    }
    return render(request, "portal/person/link_made.html", context)


@persons_only
@require_safe
def link(request: HttpRequest, number: str) -> HttpResponse:
    person = person_of(request)
    context = {"one": find_own_link(person, number), "looks": own_looks(person, number)}
    return render(request, "portal/person/link.html", context)


@persons_only
@require_POST
def end(request: HttpRequest, number: str) -> HttpResponse:
    end_link(person_of(request), number, at=timezone.now())
    messages.success(request, gettext("已收回，立即生效：这个链接谁也打不开了。"))
    return redirect("person-link", number)
