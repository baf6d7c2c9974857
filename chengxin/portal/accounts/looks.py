"""Keeping how somebody wants pages shown, in their session."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from chengxin.identity.openness import public
from chengxin.portal.languages import at
from chengxin.portal.look import PRINTS, THEMES, keep_look


class LookForm(forms.Form):
    print = forms.ChoiceField(choices=[(one, one) for one in PRINTS], required=False)
    theme = forms.ChoiceField(choices=[(one, one) for one in THEMES], required=False)
    next = forms.CharField(required=False, max_length=500)


@public("只改变自己看到的字号和明暗；没有登录的，什么也不记")
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    form = LookForm(request.POST)
    if form.is_valid() and request.user.is_authenticated:
        keep_look(request, {name: form.cleaned_data[name] for name in ("print", "theme") if form.cleaned_data[name]})
    place = form.cleaned_data.get("next", "")
    known = url_has_allowed_host_and_scheme(
        place, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(place if known else at(""))
