"""One way for every act of the administration: show its form, do it, say what came of it and what comes next."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from chengxin.lib.errors import ChengxinError


@dataclass(frozen=True, slots=True)
class Page:
    """The page of an act: what it is about, what doing it means, and where it leads back."""

    title: str
    button: str
    back: str
    back_to: str
    about: tuple[tuple[str, str], ...] = ()
    meaning: str = ""
    file: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an act, and the page that shows it."""

    told: str
    onward: str


def posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def carry_out(request: HttpRequest, form: forms.Form, act: Callable[[], Done], page: Page) -> HttpResponse:
    """Show the form, or do its act and lead onward; a refusal stands above the form in its own words."""
    refusal, status = None, 422 if form.is_bound else 200
    if form.is_valid():
        try:
            done = act()
        except ChengxinError as refused:
            refusal, status = refused, refused.status
        else:
            messages.success(request, done.told)
            return redirect(done.onward)
    context = {"form": form, "refusal": refusal, "page": page}
    return render(request, "portal/administration/act.html", context, status=status)
