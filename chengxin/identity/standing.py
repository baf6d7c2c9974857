"""What a session has proven: how somebody logged in, and when they last proved who they are."""

from datetime import datetime, timedelta

from django.http import HttpRequest

from chengxin.identity.models import User

FACTOR, PROVED = "factor", "proved_at"
PLATFORM = "platform"
SECOND_FACTORS = frozenset({"totp", "webauthn", "recovery_codes"})


def note_factor(request: HttpRequest, factor: str, at: datetime) -> None:
    """Note that this session's user has just proven who they are, by a second factor or at the real-name platform."""
    request.session[FACTOR] = factor
    request.session[PROVED] = at.timestamp()


def is_fully_in(request: HttpRequest) -> bool:
    """Tell whether an officer is in with a second factor and a password of their own, or a person by the platform."""
    user = request.user
    if not isinstance(user, User):
        return False
    if user.subject_id is not None:
        return bool(request.session.get(FACTOR) == PLATFORM)
    return by_second_factor(request) and not user.first_password


def by_second_factor(request: HttpRequest) -> bool:
    """Tell whether this session's user came in with a second factor, or added the first one in it."""
    return request.session.get(FACTOR, "") in SECOND_FACTORS


def proved_within(request: HttpRequest, limit: timedelta, at: datetime) -> bool:
    proved = request.session.get(PROVED)
    return isinstance(proved, float) and at.timestamp() - proved < limit.total_seconds()
