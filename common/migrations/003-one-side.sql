-- A person stands on one side: the authority that supervises or the company that is supervised. Somebody with two names (two
-- principals) is still one person, told by the number of the staff register.
ALTER TABLE platform.principal ADD COLUMN person_no text CHECK (person_no <> '');
CREATE INDEX principal_by_person ON platform.principal (person_no) WHERE person_no IS NOT NULL;

CREATE FUNCTION platform.sides_of(p_roles text[]) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT (p_roles && ARRAY['supervisor'])::integer
       | (p_roles && ARRAY['clerk', 'bureau', 'stock-keeper', 'registrar', 'finance-maker', 'finance-checker', 'platform', 'custodian'])::integer * 2
$$;

CREATE FUNCTION platform.one_side_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_sides integer := platform.sides_of(NEW.roles);
BEGIN
  IF NEW.person_no IS NOT NULL THEN
    -- Two names given to one person at once wait for each other here.
    PERFORM pg_advisory_xact_lock(hashtextextended('person ' || NEW.person_no, 0));
    SELECT v_sides | coalesce(bit_or(platform.sides_of(p.roles)), 0) INTO v_sides
      FROM platform.principal p WHERE p.person_no = NEW.person_no AND p.id <> NEW.id;
  END IF;
  IF v_sides = 3 THEN
    RAISE EXCEPTION 'a supervisor and an officer of the company cannot be one person' USING ERRCODE = 'CCI01';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER one_side_guard BEFORE INSERT OR UPDATE ON platform.principal FOR EACH ROW EXECUTE FUNCTION platform.one_side_guard();
