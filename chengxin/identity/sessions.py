"""Where sessions are kept: in ``identity_session``, found by the digest of the cookie's key, sealed, each for one face.

How long a session lasts is decided here and nowhere else: it ends when nothing was done in it for a while, and at the latest after
a working day. Django's own session tables are not used.
"""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from chengxin.identity.limits import login_limits
from chengxin.identity.login_seal import open_text, seal_text
from chengxin.identity.models import Session
from chengxin.lib.crypto import SealBroken

# Seeing a session is written down once in so long, or every page would cost a write.
NOTED_EVERY = timedelta(minutes=1)
USE = "session"


class SessionStore(SessionBase):
    """One session of this process's face."""

    def load(self) -> dict[str, Any]:
        row = self._row()
        if row is None:
            self._session_key = None
            return {}
        now = timezone.now()
        if row.seen_at <= now - NOTED_EVERY:
            self._rows().filter(pk=row.pk).update(seen_at=now)
        try:
            return cast("dict[str, Any]", json.loads(open_text(bytes(row.content), use=USE)))
        except SealBroken:  # the key of sessions was changed: nobody is logged in any more
            self._session_key = None
            return {}

    def exists(self, session_key: str) -> bool:
        return bool(self._rows().filter(pk=digest(session_key)).exists())

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]  # the stubs leave it out
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  # Django's own signature
        """Write the session. Raises UpdateError when it ended meanwhile, so that nothing brings it back."""
        if self.session_key is None:
            return self.create()
        content = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # the stubs leave it out
        user = content.get(SESSION_KEY)
        values = {
            "user_id": int(user) if user else None,
            "content": seal_text(json.dumps(content), use=USE),
        }
        now = timezone.now()
        with transaction.atomic():
            if must_create:
                try:
                    with transaction.atomic():
                        Session.objects.create(
                            key_digest=digest(self.session_key), face=settings.FACE, began_at=now, seen_at=now, **values
                        )
                except IntegrityError:
                    raise CreateError from None
            else:
                try:
                    changed = self._rows().filter(pk=digest(self.session_key)).update(**values)
                except DatabaseError:
                    raise UpdateError from None
                if not changed:
                    raise UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self._rows().filter(pk=digest(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(face=settings.FACE).exclude(_living(timezone.now())).delete()

    def _row(self) -> Session | None:
        if self.session_key is None:
            return None
        return self._rows().filter(_living(timezone.now()), pk=digest(self.session_key)).first()

    @staticmethod
    def _rows() -> QuerySet[Session]:
        return Session.objects.filter(face=settings.FACE)


def digest(session_key: str) -> bytes:
    return sha256(session_key.encode()).digest()


def _living(at: datetime) -> Q:
    """Tell which sessions live: seen lately, and not begun too long ago; shorter before anybody has logged in."""
    limits = login_limits()
    return Q(seen_at__gt=at - limits.idle) & (
        Q(user__isnull=False, began_at__gt=at - limits.longest) | Q(user=None, began_at__gt=at - limits.before_login)
    )
