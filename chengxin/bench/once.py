"""One measured task in a process of its own, so that its peak memory is its own: ``python -m chengxin.bench.once TASK ARGUMENT …``."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any


def work(file: str) -> dict[str, Any]:
    """Take the file in as the worker does, which lets others go first."""
    from chengxin.ground.priority import give_way_altogether

    give_way_altogether()
    return ingest(file)


def ingest(file: str) -> dict[str, Any]:
    """Take the file in and give seconds, phases and the receipt."""
    from django.utils import timezone

    from chengxin.identity.models import Organisation
    from chengxin.records.queries import receipt
    from chengxin.records.services import ingest_file

    provider = Organisation.objects.filter(kind="department").order_by("pk")[0]
    started = perf_counter()
    batch, outcome = ingest_file(Path(file), item_code="CF-ZRR", provider=provider, at=timezone.now())
    given = receipt(batch)
    seconds = perf_counter() - started
    counts = {name: given[name] for name in ("read", "new", "changed", "unchanged", "waiting", "refused", "findings")}
    return {
        "seconds": seconds,
        "phases": {name: round(part, 2) for name, part in outcome.phases.items()},
        "receipt": counts,
        "batch": batch.pk,
    }


def population(file: str) -> dict[str, Any]:
    """Take a snapshot or events in and give seconds and the counts of the receipt."""
    from django.utils import timezone

    from chengxin.identity.services.population import load_population
    from chengxin.records.services import areas

    started = perf_counter()
    receipt = load_population(Path(file), areas=areas(), at=timezone.now())
    seconds = perf_counter() - started
    names = ("read", "minors", "new", "changed", "known", "parked", "taken_up")
    return {"seconds": seconds, **{name: getattr(receipt, name) for name in names}, "refused": len(receipt.refused)}


def fill(start: str, end: str, base: str, events: str) -> dict[str, Any]:
    """Put a part of a population base in."""
    from chengxin.bench.filling import fill_part

    fill_part(int(start), int(end), int(base), events=bool(int(events)))
    return {}


def rotate() -> dict[str, Any]:
    """Change the key and give seconds and how many persons stand under the new one."""
    from django.utils import timezone

    from chengxin.identity.services.rotation import rotate_keys

    started = perf_counter()
    report = rotate_keys(clock=timezone.now, tell=lambda _: None)
    return {"seconds": perf_counter() - started, "persons": report.done["identity_person"]}


def read(file: str, form: str) -> dict[str, Any]:
    """Read a file to its end and give rows, seconds, and the most memory the reader's own process held."""
    from chengxin.records.intake.reading import open_table
    from chengxin.records.intake.spool import file_blocks

    started, rows = perf_counter(), 0
    table = open_table(file_blocks(Path(file)), form)
    table.heading()
    for frame in table.frames(1):
        rows += frame.height
    return {"seconds": perf_counter() - started, "rows": rows, "reader_peak_mib": getattr(table, "reader_peak_mib", 0)}


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "ingest": ingest,
    "work": work,
    "population": population,
    "fill": fill,
    "rotate": rotate,
    "read": read,
}


def peak_mib() -> int:
    """Give the most memory this process ever held. ``getrusage`` would tell the parent's where that was more: it outlives the exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (peak,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return round(int(peak) / 1024)


def main() -> None:
    import django

    django.setup()
    answer = TASKS[sys.argv[1]](*sys.argv[2:])
    answer["peak_mib"] = peak_mib()
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
