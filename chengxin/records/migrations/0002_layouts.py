"""Bodies as arrays under a layout; commitments over the body itself.

A ledger written before has bodies and commitments of another form, which can't be turned into these without making versions anew.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

from chengxin.lib.errors import Conflict


def refuse_older_ledger(apps, schema_editor):
    if apps.get_model("records", "Payload").objects.exists():
        raise Conflict(
            "这个数据目录由正式发布之前的版本建立，其记录格式已改变。演示数据请删除数据目录后重新启动。",
            "This data folder was made before the first release, and its records have another form. Remove the folder of demo data"
            " and start again.",
        )


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [
        migrations.RunPython(refuse_older_ledger, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Layout",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("item_id", models.SmallIntegerField()),
                ("fields", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
            ],
            options={
                "db_table": "records_layout",
                "constraints": [models.UniqueConstraint(fields=("item_id", "fields"), name="layout_once")],
            },
        ),
        migrations.RemoveField(model_name="payload", name="content_hash"),
        migrations.RunSQL(
            "DROP VIEW IF EXISTS records_shown; DROP FUNCTION IF EXISTS records_as_of(bigint, bigint, date, timestamptz), records_fate()",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(model_name="payload", name="body"),
        migrations.AddField(model_name="payload", name="layout_id", field=models.SmallIntegerField(default=0), preserve_default=False),
        migrations.AddField(model_name="payload", name="body", field=models.TextField(default=""), preserve_default=False),
    ]
