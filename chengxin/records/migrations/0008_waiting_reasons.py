"""All the reasons why a row waits; why a decision can't be carried out yet, and which record it may withdraw.

Hangs on 0004 too, which was away from one version to the next: whether a database has been through it or not, it comes here.
"""

from typing import Any, ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("records", "0004_adjudication"), ("records", "0007_transfers")]
    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            model_name="waiting",
            name="rules",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40), default=list, size=None
            ),
        ),
        migrations.RunSQL("UPDATE records_waiting SET rules = ARRAY[rule]", migrations.RunSQL.noop),
        migrations.AddField(model_name="adjudication", name="corrects_subject_id", field=models.BigIntegerField(null=True)),
        migrations.AddField(model_name="adjudication", name="corrects_record_id", field=models.BigIntegerField(null=True)),
        migrations.AddField(
            model_name="adjudication", name="held", field=models.CharField(blank=True, default="", max_length=40), preserve_default=False
        ),
    ]
