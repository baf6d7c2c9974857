"""Key occupations, where SQL can go by them."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0003_legal_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Occupation',
            fields=[
                ('pk', models.CompositePrimaryKey('code', 'valid_from', blank=True, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=24)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(null=True)),
                ('value', models.CharField(max_length=2)),
                ('titles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None)),
            ],
            options={
                'db_table': 'records_occupation',
            },
        ),
    ]
