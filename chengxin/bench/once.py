"""One measured task in a process of its own, so that its peak memory is its own: ``python -m chengxin.bench.once TASK FILE``."""

import json
import resource
import sys
from pathlib import Path
from time import perf_counter
from typing import Any


def ingest(file: Path) -> dict[str, Any]:
    """Take the file in and give seconds, phases and the receipt."""
    from django.utils import timezone

    from chengxin.identity.models import Organisation
    from chengxin.records.queries import receipt
    from chengxin.records.services import ingest_file

    provider = Organisation.objects.filter(kind="department").order_by("pk")[0]
    started = perf_counter()
    batch, outcome = ingest_file(file, item_code="CF-ZRR", provider=provider, at=timezone.now())
    given = receipt(batch)
    seconds = perf_counter() - started
    counts = {name: given[name] for name in ("read", "new", "changed", "unchanged", "waiting", "refused", "findings")}
    return {
        "seconds": seconds,
        "phases": {name: round(part, 2) for name, part in outcome.phases.items()},
        "receipt": counts,
    }


def population(file: Path) -> dict[str, Any]:
    from django.utils import timezone

    from chengxin.identity.services.population import load_population
    from chengxin.records.services import areas

    started = perf_counter()
    receipt = load_population(file, areas=areas(), at=timezone.now())
    return {"seconds": perf_counter() - started, "new": receipt.new}


def main() -> None:
    import django

    django.setup()
    task = {"ingest": ingest, "population": population}[sys.argv[1]]
    answer = task(Path(sys.argv[2]))
    answer["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
