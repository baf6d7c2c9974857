"""Acknowledgements of restores by two persons."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0027_client_limits'),
        ('ground', '0012_lost_ends'),
    ]

    operations = [
        migrations.CreateModel(
            name='Restoration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gaps', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('reason', models.CharField(max_length=300)),
                ('log', models.CharField(max_length=2000)),
                ('entered_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
                ('entry_id', models.UUIDField(null=True)),
                ('digest', models.BinaryField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'identity_restoration',
                'constraints': [models.CheckConstraint(condition=models.Q(('gaps__len__gt', 0), models.Q(('reason', ''), _negated=True), models.Q(('log', ''), _negated=True)), name='restoration_says_what'), models.CheckConstraint(condition=models.Q(('approved_by', models.F('entered_by')), _negated=True), name='restoration_approved_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None), ('digest', None), ('entry_id', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('digest__isnull', False), ('entry_id__isnull', False), ('withdrawn_at', None)), _connector='OR'), name='restoration_approved_wholly'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='restoration_withdrawn_wholly')],
            },
        ),
    ]
