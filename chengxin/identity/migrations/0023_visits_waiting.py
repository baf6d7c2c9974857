"""What waits for a second officer at the window is found without reading every visit there ever was."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0022_own_contacts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('closes_at', None), ('ended_at', None)), fields=['id'], name='visit_waits'),
        ),
    ]
