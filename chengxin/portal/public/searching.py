"""The search page. What is looked for is sent as a form and stands in no address: somebody may type what belongs in none."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chengxin.education.search import LONGEST, search
from chengxin.identity.openness import public
from chengxin.portal.fields import FreeText


class SearchForm(forms.Form):
    query = FreeText(
        label=_("找什么"),
        max_length=LONGEST,
        help_text=_("例：信用修复、行政处罚、第二十五条。这里查不到任何人。"),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "type": "search"}),
        error_messages={"required": "请写下要找的内容。 / Say what to look for."},
    )


@public("只在公开的网页、目录、单位和法律里找；找不到任何人，也不记下找了什么")
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.POST if request.method == "POST" else None)
    found = search(form.cleaned_data["query"]) if form.is_valid() else None
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "portal/public/search.html", {"form": form, "found": found}, status=status)
