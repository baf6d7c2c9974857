"""Forms that anybody may send without an account: no address is kept; a form's age and a count in memory stop floods."""

import time
from typing import ClassVar

from django import forms
from django.core import signing
from django.http import HttpRequest

from chengxin.identity.openness import address_of
from chengxin.lib.errors import ChengxinError
from chengxin.portal.public.floods import Flood

SOONEST_S, LATEST_S = 3, 24 * 3600
AN_HOUR = 10


class SenderForm(forms.Form):
    """What such a form carries unseen: when it was opened, signed, with what was drawn for it; and a field that people leave empty."""

    salt: ClassVar[str]
    opened = forms.CharField(widget=forms.HiddenInput)
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_opened(self) -> str:
        """Give what was drawn when the form was opened.

        Refuses a form that was sent at once, or that is a day old: programs do the first, and the second can't be told from them.
        """
        try:
            opened, drawn = signing.loads(self.cleaned_data["opened"], salt=self.salt, max_age=LATEST_S)
        except (signing.BadSignature, ValueError):
            raise forms.ValidationError("页面已过期，请刷新后再提交。 / The page has expired; reload it.") from None
        if time.time() - opened < SOONEST_S:
            raise forms.ValidationError("提交得太快，请稍等几秒再提交。 / Too quick; wait a few seconds.")
        return str(drawn)

    def open(self, drawn: str = "") -> None:
        """Say when the page was opened: what it said itself where that still counts, so that who was too quick only has to wait."""
        told = str(self.data.get("opened", ""))
        try:
            signing.loads(told, salt=self.salt, max_age=LATEST_S)
        except signing.BadSignature:
            told = signing.dumps([time.time(), drawn], salt=self.salt)
        if self.is_bound:
            self.data = {**self.data.dict(), "opened": told}  # type: ignore[attr-defined]
        else:
            self.initial["opened"] = told


def refuse_flood(request: HttpRequest, flood: Flood, refused: type[ChengxinError]) -> None:
    """Raise ``refused`` when an address sends many in an hour."""
    if flood.over(address_of(request)):
        raise refused("您这一小时已提交多条意见，请过一会儿再提交。", "That is many in an hour; try again later.")
