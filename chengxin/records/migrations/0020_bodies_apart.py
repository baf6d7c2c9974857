"""Rows are staged without their bodies, which the comparison is given beside them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("records", "0019_settled")]

    operations = [
        migrations.RunSQL("DROP FUNCTION IF EXISTS records_fate(integer, smallint)", migrations.RunSQL.noop),
    ]
