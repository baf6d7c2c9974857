"""Signed papers at the window by which a person grants or takes back, with a witness."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authorising', '0001_initial'),
        ('identity', '0024_scans'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuthorisationPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scan', models.CharField(max_length=32)),
                ('kind', models.CharField(max_length=10)),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), size=None)),
                ('once', models.BooleanField()),
                ('valid_until', models.DateField()),
                ('receipt', models.CharField(max_length=32)),
                ('due_on', models.DateField(null=True)),
                ('due_estimated', models.BooleanField()),
                ('entered_at', models.DateTimeField()),
                ('witnessed_at', models.DateTimeField(null=True)),
                ('authorisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='authorising.authorisation')),
                ('entered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.visit')),
                ('witnessed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'sharing_authorisation_paper',
                'indexes': [models.Index(condition=models.Q(('witnessed_at', None)), fields=['id'], name='authorisation_paper_waits')],
                'constraints': [models.UniqueConstraint(fields=('scan',), name='authorisation_paper_once'), models.CheckConstraint(condition=models.Q(models.Q(('due_on', None), ('kind', 'granted'), models.Q(('items', []), _negated=True)), models.Q(('due_on__isnull', False), ('items', []), ('kind', 'withdrawn')), _connector='OR'), name='authorisation_paper_grants_or_takes_back'), models.CheckConstraint(condition=models.Q(models.Q(('witnessed_at', None), ('witnessed_by', None)), models.Q(('witnessed_at__isnull', False), ('witnessed_by__isnull', False), models.Q(('witnessed_by', models.F('entered_by')), _negated=True)), _connector='OR'), name='authorisation_paper_witnessed_by_another')],
            },
        ),
    ]
