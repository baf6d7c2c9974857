"""What Granian serves."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from chengxin.ground.installation import refuse_mismatch
from chengxin.sharing.documents import warm_up
from chengxin.sharing.documents.errors import FontsMissing

application: Callable[[dict[str, Any], Any], Iterable[bytes]] = get_wsgi_application()
refuse_mismatch()
connection.close()
try:
    if settings.FACE == "desk":
        from chengxin.site import bare

        application = bare.before(application)
        warm_up()
except FontsMissing as missing:
    # Everything but the PDF works without them; whoever asks for one is told the same.
    logging.getLogger(__name__).warning("%s %s", missing.text, missing.text_en)
