"""The worker process: takes up what was left, then works the queue until SIGTERM."""

import django
from django.utils import timezone


def main() -> None:
    django.setup()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    import chengxin.identity.jobs
    import chengxin.oversight.jobs
    import chengxin.records.ways.work  # noqa: F401  # their tasks make themselves known
    from chengxin.ground.installation import refuse_mismatch
    from chengxin.ground.priority import give_way_altogether
    from chengxin.records.jobs import adopt_batches
    from chengxin.records.population_calls import adopt_calls
    from chengxin.records.services import sweep_spools
    from chengxin.site.outbox import ask_for_page

    refuse_mismatch()
    give_way_altogether()
    sweep_spools(at=timezone.now())
    adopt_batches()
    adopt_calls()
    ask_for_page()
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError("the queue lives in Django's database")
    worker_app = app.with_connector(connector.get_worker_connector())
    worker_app.run_worker(concurrency=1, wait=True, listen_notify=True, delete_jobs="successful")


if __name__ == "__main__":
    main()
