"""Suspensions of systems, officers and enrolments; the role of reviewers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0025_client_redirects'),
    ]

    operations = [
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('enrolment', models.BigIntegerField(null=True)),
                ('name', models.CharField(blank=True, max_length=64)),
                ('reason', models.CharField(max_length=300)),
                ('reference', models.CharField(blank=True, max_length=64)),
                ('proposed_at', models.DateTimeField()),
                ('agreed_at', models.DateTimeField(null=True)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=300)),
                ('end_proposed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'identity_suspension',
            },
        ),
        migrations.RemoveConstraint(
            model_name='rolegrant',
            name='grant_role_known',
        ),
        migrations.AddConstraint(
            model_name='rolegrant',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ('clerk', 'officer', 'verifier', 'reviewer', 'adjudicator', 'site_editor', 'site_publisher', 'system_admin', 'security_admin', 'audit_admin'))), name='grant_role_known'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='agreed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='suspension',
            name='client',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='identity.client'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='dropped_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='suspension',
            name='end_proposed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='suspension',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='suspension',
            name='officer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='suspension',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='suspension',
            index=models.Index(condition=models.Q(('agreed_at__isnull', False), ('ended_at', None)), fields=['name'], name='suspension_stands'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at', None), ('ended_at', None)), fields=('client',), name='suspension_one_client'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at', None), ('ended_at', None)), fields=('officer',), name='suspension_one_officer'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at', None), ('ended_at', None)), fields=('enrolment',), name='suspension_one_enrolment'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('client__isnull', False), ('enrolment', None), ('officer', None), models.Q(('name', ''), _negated=True)), models.Q(('client', None), ('enrolment', None), ('officer__isnull', False), models.Q(('name', ''), _negated=True)), models.Q(('client', None), ('enrolment__isnull', False), ('name', ''), ('officer', None)), _connector='OR'), name='suspension_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='suspension_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed_at', None), ('agreed_by', None), ('dropped_at', None), ('dropped_by', None)), models.Q(('agreed_at__isnull', False), ('agreed_by__isnull', False), ('dropped_at', None), ('dropped_by', None)), models.Q(('agreed_at', None), ('agreed_by', None), ('dropped_at__isnull', False), ('dropped_by__isnull', False)), _connector='OR'), name='suspension_agreed_or_dropped'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_proposed_at', None), ('end_proposed_by', None), ('end_reason', '')), models.Q(('agreed_at__isnull', False), ('end_proposed_at__isnull', False), ('end_proposed_by__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='suspension_end_proposed_wholly'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('end_proposed_at__isnull', False), ('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='suspension_ended_after_proposal'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed_by', models.F('proposed_by')), _negated=True), models.Q(('ended_by', models.F('end_proposed_by')), _negated=True)), name='suspension_by_two'),
        ),
    ]
