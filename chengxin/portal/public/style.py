"""The style page: every part that pages are made of, with made-up content."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.identity.openness import public
from chengxin.portal.public.samples import SAMPLES


@public("部件的样子，内容都是编造的，不含任何人的信息")
@require_safe
def style(request: HttpRequest) -> HttpResponse:
    ordered = sorted(SAMPLES, key=lambda sample: sample.part)
    parts = [(name, list(samples)) for name, samples in groupby(ordered, key=lambda sample: sample.part)]
    return render(request, "portal/public/style.html", {"parts": parts, "names": [name for name, _ in parts]})
