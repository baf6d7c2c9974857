"""Doubtful rows before a person who decides."""

from typing import Any, ClassVar

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [
        ('catalogue', '0001_initial'),
        ('identity', '0012_near_codes'),
        ('records', '0005_occupations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name='Adjudication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('waiting_id', models.BigIntegerField()),
                ('row_number', models.IntegerField()),
                ('digest', models.BinaryField()),
                ('outcome', models.CharField(choices=[('attach', '认定为此人'), ('return', '退回信源单位')], max_length=8)),
                ('code_reason', models.CharField(blank=True, max_length=20)),
                ('adverse', models.BooleanField()),
                ('ground', models.CharField(max_length=200)),
                ('decided_at', models.DateTimeField()),
                ('second_at', models.DateTimeField(null=True)),
                ('agreed', models.BooleanField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('result', models.CharField(blank=True, max_length=10)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adjudications', to='records.batch')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation')),
                ('second_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person')),
            ],
            options={
                'db_table': 'records_adjudication',
            },
        ),
        migrations.AddField(
            model_name='batch',
            name='adjudication',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='carried_out_by', to='records.adjudication'),
        ),
        migrations.AddIndex(
            model_name='adjudication',
            index=models.Index(fields=['batch', 'row_number'], name='adjudication_by_batch'),
        ),
        migrations.AddConstraint(
            model_name='adjudication',
            constraint=models.UniqueConstraint(condition=models.Q(('done_at', None), models.Q(('agreed', None), ('agreed', True), _connector='OR')), fields=('waiting_id',), name='adjudication_one_open'),
        ),
        migrations.AddConstraint(
            model_name='adjudication',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 32), name='adjudication_digest_keyed'),
        ),
        migrations.AddConstraint(
            model_name='adjudication',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'attach'), ('subject__isnull', False)), models.Q(('outcome', 'return'), ('subject__isnull', True)), _connector='OR'), name='adjudication_names_whom'),
        ),
        migrations.AddConstraint(
            model_name='adjudication',
            constraint=models.CheckConstraint(condition=models.Q(('ground', ''), _negated=True), name='adjudication_has_ground'),
        ),
        migrations.AddConstraint(
            model_name='adjudication',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed', None), ('second_at', None), ('second_by', None)), models.Q(('agreed__isnull', False), ('second_at__isnull', False), models.Q(('second_by', models.F('decided_by')), _negated=True)), _connector='OR'), name='adjudication_second_is_another'),
        ),
        migrations.AddConstraint(
            model_name='adjudication',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('result', '')), models.Q(('done_at__isnull', False), ('result__in', ('record', 'refused', 'returned', 'gone')), models.Q(('outcome', 'return'), ('adverse', False), models.Q(('agreed', True), ('agreed__isnull', False)), _connector='OR')), _connector='OR'), name='adjudication_done_when_agreed'),
        ),
    ]
