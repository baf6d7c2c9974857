"""The directory of units that hand records in: which, where, under which code. No officer is named."""

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chengxin.catalogue.directory import list_organisations
from chengxin.identity.openness import public
from chengxin.lib.regions import cities
from chengxin.portal.fields import Choice
from chengxin.portal.pages import RequestUnreadable
from chengxin.portal.public.keeping import may_be_kept


class WithinForm(forms.Form):
    """Where to look, and after which place of the list."""

    region = forms.ChoiceField(label=_("行政区划"), required=False, widget=Choice())
    after = forms.RegexField(r"^\d{6}-[0-9A-HJ-NPQRTUWXY]{18}$", required=False, widget=forms.HiddenInput)

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked)
        every = [("", _("全省")), *((one.code[:4], one.name) for one in cities())]
        self.fields["region"].choices = every  # type: ignore[attr-defined]  # the field is a choice


@may_be_kept
@public("提供单位的名称、代码和区划依法公开；不含任何人的信息")
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    form = WithinForm(request.GET)
    if not form.is_valid():
        raise RequestUnreadable
    region, _, code = form.cleaned_data["after"].partition("-")
    leaf = list_organisations(within=form.cleaned_data["region"], after=(region, code))
    after = "-".join(leaf.after) if leaf.after else ""
    context = {"form": form, "leaf": leaf, "after": after, "query": f"region={form.cleaned_data['region']}&"}
    return render(request, "portal/public/organisations.html", context)
