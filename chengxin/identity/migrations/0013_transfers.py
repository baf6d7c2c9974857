"""Persons merged and split: what goes over, each time it was decided, and who absorbed whom."""

from typing import Any, ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [
        ('identity', '0012_near_codes'),
    ]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('merge', '合并'), ('split', '拆分'), ('detach', '移出')], max_length=8)),
                ('into_subject', models.BigIntegerField(db_index=True, null=True)),
                ('fresh', models.BooleanField(default=False)),
                ('code_marks', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), default=list, size=None)),
                ('record_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
            ],
            options={
                'db_table': 'identity_transfer',
            },
        ),
        migrations.CreateModel(
            name='TransferCode',
            fields=[
                ('pk', models.CompositePrimaryKey('transfer_id', 'code_mark', blank=True, editable=False, primary_key=True, serialize=False)),
                ('transfer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='identity.transfer')),
                ('code_mark', models.BinaryField()),
                ('goes', models.BooleanField()),
            ],
            options={
                'db_table': 'identity_transfer_code',
            },
        ),
        migrations.CreateModel(
            name='TransferStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('forth', models.BooleanField()),
                ('record_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('ground', models.CharField(max_length=200)),
                ('decided_at', models.DateTimeField()),
                ('second_at', models.DateTimeField(null=True)),
                ('agreed', models.BooleanField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('failure', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'db_table': 'identity_transfer_step',
            },
        ),
        migrations.AddField(
            model_name='person',
            name='absorbed_into',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='identity.person'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(condition=models.Q(('absorbed_into__isnull', False)), fields=['absorbed_into'], name='person_absorbed'),
        ),
        migrations.AddIndex(
            model_name='populationevent',
            index=models.Index(fields=['subject'], name='event_of_subject'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('absorbed_into', None), models.Q(('absorbed_into', models.F('subject_id')), _negated=True), _connector='OR'), name='person_not_absorbed_into_itself'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='from_subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person'),
        ),
        migrations.AddField(
            model_name='transferstep',
            name='decided_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='transferstep',
            name='second_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='transferstep',
            name='transfer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='identity.transfer'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('into_subject', None), ('kind', 'detach')), models.Q(('into_subject__isnull', False), ('kind__in', ('merge', 'split')), models.Q(('into_subject', models.F('from_subject')), _negated=True)), _connector='OR'), name='transfer_between_two'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code_marks', []), ('fresh', False), ('kind', 'merge'), ('record_ids', [])), models.Q(('code_marks', []), ('fresh', False), ('kind', 'detach'), ('record_ids__len__gt', 0)), models.Q(('code_marks__len__gt', 0), ('fresh', True), ('kind', 'split')), models.Q(('code_marks', []), ('fresh', False), ('kind', 'split'), ('record_ids__len__gt', 0)), _connector='OR'), name='transfer_takes_something'),
        ),
        migrations.AddConstraint(
            model_name='transferstep',
            constraint=models.UniqueConstraint(condition=models.Q(('done_at', None), models.Q(('agreed', None), ('agreed', True), _connector='OR')), fields=('transfer',), name='step_one_open'),
        ),
        migrations.AddConstraint(
            model_name='transferstep',
            constraint=models.CheckConstraint(condition=models.Q(('ground', ''), _negated=True), name='step_has_ground'),
        ),
        migrations.AddConstraint(
            model_name='transferstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed', None), ('second_at', None), ('second_by', None)), models.Q(('agreed__isnull', False), ('second_at__isnull', False), models.Q(('second_by', models.F('decided_by')), _negated=True)), _connector='OR'), name='step_second_is_another'),
        ),
        migrations.AddConstraint(
            model_name='transferstep',
            constraint=models.CheckConstraint(condition=models.Q(('done_at', None), models.Q(('agreed', True), ('agreed__isnull', False)), _connector='OR'), name='step_done_when_agreed'),
        ),
    ]
