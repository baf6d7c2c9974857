"""A public key handed in at a running installation: entered by one administrator and approved by another, or withdrawn.

A program: the data folder, then ``enter LOGIN [CLIENT]`` with the key on standard input, or ``withdraw KEY-ID``.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path

NETWORKS = ["127.0.0.0/8", "::1/128"]


def work(words: list[str]) -> dict[str, object]:
    from django.utils import timezone

    from chengxin.demo.officers import SECURITY
    from chengxin.identity.models import User
    from chengxin.identity.services.clients import approve_key, enter_client, enter_key, withdraw_key
    from chengxin.lib.periods import shanghai_date

    at = timezone.now()
    system, security = User.objects.get(login="system"), User.objects.get(login=SECURITY)
    if words[0] == "withdraw":
        withdraw_key(int(words[1]), actor=security, at=at)
        return {}
    until = shanghai_date(at) + timedelta(days=30)
    client_id = words[2] if words[2:] else ""
    if not client_id:
        code = User.objects.get(login=words[1]).organisation.code
        made = enter_client(organisation_code=code, name="例子", addresses=NETWORKS, until=until, actor=system, at=at)
        client_id = made.client_id
    key = enter_key(client_id, sys.stdin.read(), until=until, actor=system, at=at)
    approve_key(key.pk, actor=security, at=at)
    return {"client_id": client_id, "key": key.pk}


def main() -> None:
    from chengxin.site.bootstrap import installation

    with installation(Path(sys.argv[1]), "owner", lambda _: None):
        sys.stdout.write(json.dumps(work(sys.argv[2:])) + "\n")


if __name__ == "__main__":
    main()
