"""Whose messages are shown is the person's for whom the transaction speaks."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0004_certificates'),
    ]

    operations = [
        # It believed whoever named a person; the one that stands in its place asks who speaks.
        migrations.RunSQL("DROP FUNCTION IF EXISTS sharing_messages_of(bigint, integer)", migrations.RunSQL.noop),
    ]
