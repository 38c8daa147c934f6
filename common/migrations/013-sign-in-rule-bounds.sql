-- Between what the numbers of the sign-in may be: a session that never ends or a pause of a year is a slip. What stands already stays.
ALTER TABLE platform.sign_in_rule ADD COLUMN least integer, ADD COLUMN most integer;
UPDATE platform.sign_in_rule r SET least = least(b.least, r.value), most = greatest(b.most, r.value)
  FROM (VALUES ('idle-minutes', 2, 60), ('longest-minutes', 60, 1440), ('sessions-per-user', 1, 20), ('step-up-minutes', 1, 30),
               ('free-failures', 3, 10), ('free-failures-of-address', 5, 1000), ('first-pause-seconds', 10, 600),
               ('longest-pause-seconds', 60, 86400), ('failures-forgotten-minutes', 60, 43200), ('password-length', 10, 64),
               ('passwords-remembered', 1, 24), ('first-password-hours', 1, 168), ('signature-minutes', 1, 15),
               ('exports-per-day', 1, 1000), ('export-rows-per-day', 100, 5000000)) b (name, least, most)
 WHERE b.name = r.name;
ALTER TABLE platform.sign_in_rule ALTER COLUMN least SET NOT NULL, ALTER COLUMN most SET NOT NULL,
  ADD CONSTRAINT sign_in_rule_bounds CHECK (value BETWEEN least AND most);
