"""Records that go to another person with a step of a transfer."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [
        ('identity', '0013_transfers'),
        ('records', '0006_adjudication'),
    ]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name='Move',
            fields=[
                ('pk', models.CompositePrimaryKey('step_id', 'record_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('step', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='identity.transferstep')),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='records.batch')),
                ('record_id', models.BigIntegerField()),
                ('row_number', models.IntegerField()),
                ('copied_subject', models.BigIntegerField()),
                ('copied_version', models.SmallIntegerField()),
                ('from_subject', models.BigIntegerField(null=True)),
                ('from_version', models.SmallIntegerField(null=True)),
                ('into_subject', models.BigIntegerField(null=True)),
                ('into_version', models.SmallIntegerField(null=True)),
                ('state', models.CharField(blank=True, max_length=10)),
                ('outcome', models.CharField(max_length=10)),
            ],
            options={
                'db_table': 'records_move',
            },
        ),
        migrations.RemoveConstraint(
            model_name='version',
            name='version_state_known',
        ),
        migrations.AddField(
            model_name='batch',
            name='transfer_step',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='identity.transferstep'),
        ),
        migrations.AlterField(
            model_name='version',
            name='state',
            field=models.CharField(choices=[('active', '有效'), ('withdrawn', '已撤回'), ('revoked', '已撤销'), ('repaired', '已修复'), ('sealed', '已封存'), ('moved', '已转至他人名下')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('active', 'withdrawn', 'revoked', 'repaired', 'sealed', 'moved'))), name='version_state_known'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(fields=['from_subject', 'record_id'], name='move_from'),
        ),
        migrations.AddConstraint(
            model_name='move',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ('moved', 'joined', 'closed', 'kept-back', 'detached', 'restored'))), name='move_outcome_known'),
        ),
    ]
