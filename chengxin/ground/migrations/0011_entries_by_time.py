"""Entries of the access register are found by their time, for the review of use."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('ground', '0010_authorisations'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='accessentry',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['at'], name='access_entry_by_time', pages_per_range=32),
        ),
    ]
