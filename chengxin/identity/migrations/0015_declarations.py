"""Who each officer is, declared by themselves."""

from typing import Any, ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [
        ('identity', '0014_minors'),
    ]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_type', models.CharField(max_length=32)),
                ('code_hashes', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), size=None)),
                ('code_sealed', models.BinaryField()),
                ('key_id', models.CharField(max_length=32)),
                ('subject_id', models.BigIntegerField(null=True)),
                ('declared_at', models.DateTimeField()),
                ('reopened_at', models.DateTimeField(null=True)),
                ('reopening_reason', models.CharField(db_default='', default='', max_length=200)),
                ('reopened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'identity_declaration',
                'constraints': [models.UniqueConstraint(condition=models.Q(('reopened_at', None)), fields=('user',), name='declaration_one_stands'), models.CheckConstraint(condition=models.Q(('code_hashes__len__gte', 1), ('code_hashes__len__lte', 2)), name='declaration_hashed'), models.CheckConstraint(condition=models.Q(models.Q(('reopened_at', None), ('reopened_by', None), ('reopening_reason', '')), models.Q(('reopened_at__isnull', False), ('reopened_by__isnull', False), models.Q(('reopening_reason', ''), _negated=True)), _connector='OR'), name='declaration_reopened_with_reason')],
            },
        ),
    ]
