"""An entry names the person's authorisation that it used."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ground', '0009_sealing'),
    ]

    operations = [
        migrations.AddField(
            model_name='accessentry',
            name='authorisation',
            field=models.CharField(db_default='', default='', max_length=32),
        ),
    ]
