"""My details from the population base, and who may act for me."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.own import end_own_delegation, list_own_delegations
from chengxin.identity.policies import person_of, persons_only, proved_freshly, sent_to
from chengxin.lib.periods import shanghai_date
from chengxin.portal.person.forms import EndForm
from chengxin.sharing.documents import words
from chengxin.sharing.own import see_details


@persons_only
@require_http_methods(["GET", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    """Show what the population base says; the whole code only when it was asked for and the person has just proved who they are."""
    reveal = request.method == "POST"
    if reveal and not proved_freshly(request):
        return sent_to("person-login", request)
    found = see_details(person_of(request), at=timezone.now())
    context = {"details": found, "code": found.code if reveal else words.masked(found.code), "revealed": reveal}
    return render(request, "portal/person/details.html", context)


@persons_only
@require_safe
def delegations(request: HttpRequest) -> HttpResponse:
    return _delegations(request)


@persons_only
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    form = EndForm(request.POST, auto_id=f"end{number}_%s")
    if not form.is_valid():
        return _delegations(request, form, number)
    end_own_delegation(number, reason=form.cleaned_data["reason"], actor=person_of(request), at=timezone.now())
    messages.success(request, gettext("已终止，立即生效。"))
    return redirect("person-delegations")


def _delegations(request: HttpRequest, form: EndForm | None = None, number: int | None = None) -> HttpResponse:
    today = shanghai_date(timezone.now())
    found = [
        (
            one,
            one.standing(today),
            one.may_end(today),
            form if form and one.id == number else EndForm(auto_id=f"end{one.id}_%s"),
        )
        for one in list_own_delegations(person_of(request))
    ]
    return render(
        request, "portal/person/delegations.html", {"found": found, "form": form}, status=422 if form else 200
    )
