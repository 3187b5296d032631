import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calls', '0015_level_rounds'),
        ('people', '0012_no_index_of_beginnings'),
        ('unions', '0002_founding_files_workforce'),
    ]

    operations = [
        migrations.AlterField(
            model_name='application',
            name='call',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='calls.call'),
        ),
        migrations.AlterField(
            model_name='application',
            name='reviewer',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='unions.union'),
        ),
        migrations.AlterField(
            model_name='award',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person'),
        ),
        migrations.AlterField(
            model_name='preference',
            name='application',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='preferences', to='calls.application'),
        ),
        migrations.AlterField(
            model_name='preference',
            name='pool',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='preferences', to='calls.pool'),
        ),
    ]
