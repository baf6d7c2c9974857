"""Deliveries tell of changes under authorisations too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('correcting', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='delivery',
            name='delivery_kind_known',
        ),
        migrations.AlterField(
            model_name='delivery',
            name='kind',
            field=models.CharField(choices=[('recalls', '更正、撤回'), ('call-backs', '收回授权'), ('chase', '催办'), ('changes', '授权内有变化'), ('test', '试送')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('recalls', 'call-backs', 'changes', 'chase', 'test'))), name='delivery_kind_known'),
        ),
    ]
