"""Duty items, and which organisations stand enrolled for which."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalogue', '0002_process'),
        ('ground', '0008_duties'),
        ('identity', '0024_scans'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('name_en', models.CharField(max_length=200)),
                ('organisation_kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), size=None)),
                ('bases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), size=None)),
                ('form', models.CharField(choices=[('yes_no', '有无'), ('count', '数量'), ('band', '数量档次'), ('list', '事项清单'), ('full', '全部内容')], max_length=8)),
                ('bands', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=None)),
                ('may_store', models.BooleanField()),
                ('keep_days', models.IntegerField(null=True)),
                ('needs', models.CharField(max_length=16)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(null=True)),
                ('edition', models.CharField(max_length=32)),
                ('source', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), size=None)),
                ('provisional', models.BooleanField()),
                ('note', models.CharField(blank=True, max_length=300)),
                ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='catalogue.purpose')),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successor', to='duties.duty')),
            ],
            options={
                'db_table': 'sharing_duty',
            },
        ),
        migrations.CreateModel(
            name='Enrolment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.CharField(max_length=40)),
                ('scene', models.CharField(max_length=300)),
                ('scope', models.CharField(max_length=300)),
                ('way', models.CharField(max_length=300)),
                ('wanted_until', models.DateField()),
                ('asked_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('due_estimated', models.BooleanField()),
                ('decision', models.CharField(blank=True, choices=[('approved', '同意'), ('refused', '不同意')], max_length=8)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('decided_at', models.DateTimeField(null=True)),
                ('valid_from', models.DateField(null=True)),
                ('valid_until', models.DateField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=300)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('duty', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='duties.duty')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='identity.organisation')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'sharing_enrolment',
            },
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('form__in', ('yes_no', 'count', 'band', 'list', 'full'))), name='duty_form_known'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('needs__in', ('case', 'authorisation'))), name='duty_needs_known'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('organisation_kinds__len__gt', 0), ('bases__len__gt', 0), ('items__len__gt', 0)), name='duty_is_somebodys_for_something'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('form', 'band'), ('bands__len__gt', 0)), models.Q(models.Q(('form', 'band'), _negated=True), ('bands', [])), _connector='OR'), name='duty_has_bands_where_its_form_does'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('may_store', True), ('keep_days__isnull', False), ('keep_days__gt', 0)), models.Q(('may_store', False), ('keep_days', None)), _connector='OR'), name='duty_stored_for_a_time'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='duty_validity_ordered'),
        ),
        migrations.AddIndex(
            model_name='enrolment',
            index=models.Index(condition=models.Q(('published_at__isnull', False), ('ended_at', None)), fields=['organisation', 'duty'], name='enrolment_standing'),
        ),
        migrations.AddIndex(
            model_name='enrolment',
            index=models.Index(condition=models.Q(('decided_at', None), ('ended_at', None)), fields=['due_on'], name='enrolment_waiting'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at', None), ('ended_at', None)), fields=('organisation', 'duty'), name='enrolment_asked_once'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('basis', ''), ('scene', ''), ('scope', ''), ('way', ''), _connector='OR'), _negated=True), name='enrolment_states_all_five'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', ''), ('reason', ''), ('decided_by', None), ('decided_at', None)), models.Q(('decision__in', ('approved', 'refused')), ('decided_by__isnull', False), ('decided_at__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='enrolment_decided_wholly'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', 'approved'), ('valid_from__isnull', False), ('valid_until__isnull', False), ('valid_until__gt', models.F('valid_from')), ('valid_until__lte', models.F('wanted_until')), ('valid_until__lte', django.db.models.expressions.CombinedExpression(models.F('valid_from'), '+', models.Value(1096)))), models.Q(models.Q(('decision', 'approved'), _negated=True), ('valid_from', None), ('valid_until', None)), _connector='OR'), name='enrolment_approved_for_a_term'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_by', None), ('published_at', None)), models.Q(('published_by__isnull', False), ('published_at__isnull', False), ('decision', 'approved')), _connector='OR'), name='enrolment_published_when_approved'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_by', None), ('ended_at', None), ('end_reason', '')), models.Q(('ended_by__isnull', False), ('ended_at__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='enrolment_ended_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by', models.F('asked_by')), _negated=True), models.Q(('published_by', models.F('asked_by')), _negated=True), models.Q(('published_by', models.F('decided_by')), _negated=True)), name='enrolment_by_three'),
        ),
    ]
