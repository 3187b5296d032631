from django.db import migrations


FORWARD = """
CREATE FUNCTION calls_draw_binds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a frozen list cannot be deleted' USING ERRCODE = 'integrity_constraint_violation';
  ELSIF TG_OP = 'INSERT' THEN
    IF encode(sha256(convert_to(NEW.frozen, 'UTF8')), 'hex') <> NEW.list_digest THEN
      RAISE EXCEPTION 'the digest is another list''s' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF (NEW.round_id, NEW.pool_id, NEW.units, NEW.reserves, NEW.frozen, NEW.list_digest, NEW.entries)
      IS DISTINCT FROM (OLD.round_id, OLD.pool_id, OLD.units, OLD.reserves, OLD.frozen, OLD.list_digest, OLD.entries)
      OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id)
      OR (OLD.signed_at IS NOT NULL AND (NEW.slips, NEW.typed_account, NEW.signed_account, NEW.signed_at)
          IS DISTINCT FROM (OLD.slips, OLD.typed_account, OLD.signed_account, OLD.signed_at)) THEN
    RAISE EXCEPTION 'a frozen list cannot change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER calls_draw_binds BEFORE INSERT OR UPDATE OR DELETE ON calls_draw
  FOR EACH ROW EXECUTE FUNCTION calls_draw_binds();

CREATE FUNCTION calls_seal_binds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a seal cannot be deleted' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND ((NEW.round_id, NEW."order", NEW.role, NEW.staff)
        IS DISTINCT FROM (OLD.round_id, OLD."order", OLD.role, OLD.staff)
      OR (OLD.commitment <> '' AND NEW.commitment <> OLD.commitment)
      OR (OLD.text <> '' AND NEW.text <> OLD.text)
      OR (OLD.withheld_at IS NOT NULL AND NEW.withheld_at IS DISTINCT FROM OLD.withheld_at)) THEN
    RAISE EXCEPTION 'a seal cannot change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.text <> '' AND encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex') <> NEW.commitment THEN
    RAISE EXCEPTION 'a seal that is not the one committed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER calls_seal_binds BEFORE INSERT OR UPDATE OR DELETE ON calls_seal
  FOR EACH ROW EXECUTE FUNCTION calls_seal_binds();

CREATE FUNCTION calls_round_binds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a round stays on record' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.call_id, NEW.number, NEW.how, NEW.source, NEW.event, NEW.result_at, NEW.announced_at, NEW.repeats_id)
        IS DISTINCT FROM
     (OLD.call_id, OLD.number, OLD.how, OLD.source, OLD.event, OLD.result_at, OLD.announced_at, OLD.repeats_id)
     OR (OLD.frozen_at IS NOT NULL AND NEW.frozen_at IS DISTINCT FROM OLD.frozen_at)
     OR (OLD.sealed_at IS NOT NULL AND NEW.sealed_at IS DISTINCT FROM OLD.sealed_at)
     OR (OLD.confirmed_at IS NOT NULL AND (NEW.value, NEW.value_account, NEW.confirmed_account, NEW.confirmed_at)
         IS DISTINCT FROM (OLD.value, OLD.value_account, OLD.confirmed_account, OLD.confirmed_at))
     OR OLD.state IN ('drawn', 'void') THEN
    RAISE EXCEPTION 'what a round announced cannot change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER calls_round_binds BEFORE UPDATE OR DELETE ON calls_round
  FOR EACH ROW EXECUTE FUNCTION calls_round_binds();
"""
BACK = """
DROP TRIGGER calls_round_binds ON calls_round; DROP FUNCTION calls_round_binds();
DROP TRIGGER calls_seal_binds ON calls_seal; DROP FUNCTION calls_seal_binds();
DROP TRIGGER calls_draw_binds ON calls_draw; DROP FUNCTION calls_draw_binds();
"""


class Migration(migrations.Migration):
    """What a draw published binds, also whoever holds the database's password for a moment too long."""

    dependencies = [("calls", "0005_draws")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
