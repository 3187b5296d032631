from django.db import migrations

from tongxin.store.models import append_only


class Migration(migrations.Migration):
    dependencies = [("served", "0001_initial")]
    operations = [migrations.RunSQL(*append_only("served_servedrow"))]
