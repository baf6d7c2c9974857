"""Checks with scope, example and harm; questions, and what providers waive; notes about a file."""

from typing import Any, ClassVar

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies: ClassVar[list[Any]] = [
        ('catalogue', '0001_initial'),
        ('identity', '0014_minors'),
        ('records', '0011_marks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row_number', models.IntegerField()),
                ('rule', models.CharField(max_length=40)),
                ('rule_version', models.SmallIntegerField()),
                ('digest', models.BinaryField()),
                ('reason', models.CharField(max_length=200)),
                ('waived_at', models.DateTimeField()),
                ('until', models.DateField()),
            ],
            options={
                'db_table': 'records_waiver',
            },
        ),
        migrations.RemoveConstraint(
            model_name='checkrule',
            name='rule_severity_known',
        ),
        migrations.AddField(
            model_name='checkrule',
            name='example',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='checkrule',
            name='example_en',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='checkrule',
            name='harm',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AddField(
            model_name='checkrule',
            name='harm_en',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AddField(
            model_name='checkrule',
            name='scope',
            field=models.CharField(blank=True, db_default='', default='', max_length=8),
        ),
        migrations.AddField(
            model_name='finding',
            name='digest',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='finding',
            name='rows',
            field=models.IntegerField(db_default=1, default=1),
        ),
        migrations.AddConstraint(
            model_name='checkrule',
            constraint=models.CheckConstraint(condition=models.Q(('severity__in', ('refuse', 'wait', 'question', 'note'))), name='rule_severity_known'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('digest', None), django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 32), _connector='OR'), name='finding_digest_keyed'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('rows__gte', 1)), name='finding_of_rows'),
        ),
        migrations.AddField(
            model_name='waiver',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to='records.batch'),
        ),
        migrations.AddField(
            model_name='waiver',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item'),
        ),
        migrations.AddField(
            model_name='waiver',
            name='provider',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation'),
        ),
        migrations.AddField(
            model_name='waiver',
            name='waived_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='waiver',
            index=models.Index(fields=['provider', 'item', 'digest'], name='waiver_by_provider'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 32), name='waiver_digest_keyed'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='waiver_has_reason'),
        ),
    ]
