"""Requests that are pushed, decided in the person's browser, and fetched by a code."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authorising', '0003_requests_by_interface'),
        ('duties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PushedRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BinaryField()),
                ('client_id', models.CharField(max_length=32)),
                ('organisation', models.CharField(max_length=18)),
                ('officer', models.CharField(max_length=150)),
                ('redirect', models.CharField(max_length=300)),
                ('state', models.CharField(max_length=512)),
                ('challenge', models.CharField(max_length=43)),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), size=None)),
                ('once', models.BooleanField()),
                ('valid_until', models.DateField()),
                ('keep_days', models.IntegerField()),
                ('erase_by', models.DateField(null=True)),
                ('reason', models.CharField(max_length=300)),
                ('reference', models.CharField(max_length=120)),
                ('at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('duty', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty')),
            ],
            options={
                'db_table': 'sharing_pushed',
            },
        ),
        migrations.CreateModel(
            name='PushedAnswer',
            fields=[
                ('pushed', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='authorising.pushedrequest')),
                ('code_digest', models.BinaryField(null=True)),
                ('at', models.DateTimeField()),
                ('authorisation', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='authorising.authorisation')),
            ],
            options={
                'db_table': 'sharing_pushed_answer',
            },
        ),
        migrations.CreateModel(
            name='CodeExchange',
            fields=[
                ('answer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='authorising.pushedanswer')),
                ('at', models.DateTimeField()),
                ('reused_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'sharing_code_exchange',
            },
        ),
        migrations.AddConstraint(
            model_name='pushedrequest',
            constraint=models.UniqueConstraint(fields=('digest',), name='pushed_digest_once'),
        ),
        migrations.AddConstraint(
            model_name='pushedrequest',
            constraint=models.CheckConstraint(condition=models.Q(('challenge__regex', '^[A-Za-z0-9_-]{43}$')), name='pushed_with_a_challenge'),
        ),
        migrations.AddConstraint(
            model_name='pushedanswer',
            constraint=models.UniqueConstraint(fields=('code_digest',), name='pushed_code_once'),
        ),
        migrations.AddConstraint(
            model_name='pushedanswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('authorisation', None), ('code_digest', None)), models.Q(('authorisation__isnull', False), ('code_digest__isnull', False)), _connector='OR'), name='pushed_code_of_a_grant'),
        ),
    ]
