"""One of an organisation's own requests is asked for by its number; the locks make the function anew."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("authorising", "0002_papers"),
    ]

    operations = [
        migrations.RunSQL("DROP FUNCTION IF EXISTS sharing_authorisations_of(bigint, integer)", migrations.RunSQL.noop),
    ]
