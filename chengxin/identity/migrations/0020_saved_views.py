"""Searches of registers that officers keep for themselves."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0019_editors'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=32)),
                ('name', models.CharField(max_length=40)),
                ('query', models.CharField(blank=True, max_length=400)),
                ('kept_at', models.DateTimeField()),
                ('officer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'identity_saved_view',
                'constraints': [models.UniqueConstraint(fields=('officer', 'register', 'name'), name='saved_view_one_name'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('name__regex', '[0-9]{15}'), _negated=True)), name='saved_view_has_name'), models.CheckConstraint(condition=models.Q(('query__regex', '^([a-z]{1,12}=[A-Za-z0-9-]{1,40}(&[a-z]{1,12}=[A-Za-z0-9-]{1,40}){0,11})?$'), models.Q(('query__regex', '[0-9]{15}'), _negated=True)), name='saved_view_of_filters')],
            },
        ),
    ]
