"""Withdrawals and corrections are acknowledged within a term."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0005_own_messages'),
    ]

    operations = [
        migrations.AddField(
            model_name='recall',
            name='due_estimated',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='recall',
            name='due_on',
            field=models.DateField(null=True),
        ),
        # They knew no term; those that stand in their place are given one.
        migrations.RunSQL(
            "DROP FUNCTION IF EXISTS sharing_recall_undone(bigint, timestamptz); "
            "DROP FUNCTION IF EXISTS sharing_recall_withdrawn(integer, timestamptz)",
            migrations.RunSQL.noop,
        ),
    ]
