from django.db import migrations

from tongxin.store.models import append_only


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [
        migrations.RunSQL(*append_only("records_journalentry")),
        migrations.RunSQL(*append_only("records_journalseal")),
    ]
