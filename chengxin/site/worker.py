"""The worker process: takes up what was left, then works the queue until SIGTERM."""

import django


def main() -> None:
    django.setup()
    from procrastinate.contrib.django import app

    from chengxin.records.jobs import adopt_batches

    adopt_batches()
    worker_app = app.with_connector(app.connector.get_worker_connector())
    worker_app.run_worker(concurrency=1, wait=True, listen_notify=True, delete_jobs="successful")


if __name__ == "__main__":
    main()
