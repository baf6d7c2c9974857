"""Hashed blocks by which near persons are found."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [
        ('identity', '0011_population_calls'),
    ]
    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            model_name='code',
            name='birth_block',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='code',
            name='ends_block',
            field=models.BinaryField(null=True),
        ),
        migrations.AddIndex(
            model_name='code',
            index=models.Index(fields=['birth_block'], name='code_by_birth'),
        ),
        migrations.AddIndex(
            model_name='code',
            index=models.Index(fields=['ends_block'], name='code_by_ends'),
        ),
    ]
