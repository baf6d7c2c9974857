"""Batches of events that the population authority's system sends, and that authority as a kind of organisation."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0010_rows")]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name='PopulationCall',
            fields=[
                ('token', models.UUIDField(primary_key=True, serialize=False)),
                ('client', models.CharField(max_length=18)),
                ('state', models.CharField(choices=[('received', '正在处理'), ('done', '已完成'), ('unusable', '无法使用')], default='received', max_length=8)),
                ('received_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('events', models.IntegerField()),
                ('minors', models.IntegerField(default=0)),
                ('applied', models.IntegerField(default=0)),
                ('known', models.IntegerField(default=0)),
                ('parked', models.IntegerField(default=0)),
                ('taken_up', models.IntegerField(default=0)),
                ('fates', models.JSONField(default=list)),
            ],
            options={
                'db_table': 'identity_population_call',
            },
        ),
        migrations.RemoveConstraint(
            model_name='organisation',
            name='organisation_kind_known',
        ),
        migrations.AlterField(
            model_name='organisation',
            name='kind',
            field=models.CharField(choices=[('department', '信源单位'), ('court', '人民法院'), ('centre', '信用中心'), ('financial', '金融机构'), ('credit_agency', '征信机构'), ('school', '学校'), ('association', '行业协会商会'), ('population', '人口信息主管部门'), ('auditor', '审计、监督检查机关')], max_length=16),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('department', 'court', 'centre', 'financial', 'credit_agency', 'school', 'association', 'population', 'auditor'))), name='organisation_kind_known'),
        ),
        migrations.AddField(
            model_name='populationcall',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation'),
        ),
        migrations.AddConstraint(
            model_name='populationcall',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('received', 'done', 'unusable'))), name='call_state_known'),
        ),
        migrations.AddConstraint(
            model_name='populationcall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('state', 'received')), models.Q(models.Q(('state', 'received'), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='call_finished_iff_ended'),
        ),
        migrations.AddConstraint(
            model_name='populationcall',
            constraint=models.CheckConstraint(condition=models.Q(('events__gt', 0)), name='call_has_events'),
        ),
    ]
