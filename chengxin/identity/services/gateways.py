"""Which ways out of the house the operator has opened."""

from django.conf import settings

from chengxin.identity.models import Contact
from chengxin.lib.gateways import Gateway, Mail, NotTaken, Program

Way = Contact.Way


def gateway(way: str) -> Gateway | None:
    """Give the gateway of a way; None where the operator has opened none."""
    if way == Way.MAIL and settings.SMTP_URL:
        return Mail(settings.SMTP_URL, settings.SMTP_PASSWORD, settings.MAIL_FROM)
    if way == Way.TELEPHONE and settings.SMS_PROGRAM:
        return Program(settings.SMS_PROGRAM)
    return None


def open_gateway(way: str) -> Gateway:
    """Give the gateway of a way. Raises NotTaken where the operator has closed it since."""
    if (opened := gateway(way)) is None:
        raise NotTaken("way-closed", final=False)
    return opened


def open_ways() -> list[Way]:
    return [way for way in Way if gateway(way) is not None]
