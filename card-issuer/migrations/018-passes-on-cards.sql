-- What was last written of passes on the chip of a card and read back. The books may know more by now: the next time the card
-- lies in a reader it is written again.
create table issuer.pass_script (
  card_no    text not null,
  content    bytea not null,
  written_by text not null,
  written_at timestamptz not null default clock_timestamp(),
  constraint pass_script_key primary key (card_no),
  constraint pass_script_content check (length(content) = 40)
) partition by hash (card_no);
do $$
begin
  for i in 0..7 loop
    execute format('create table issuer.%I partition of issuer.pass_script for values with (modulus 8, remainder %s)', 'pass_script_p' || i, i);
  end loop;
end $$;
comment on table issuer.pass_script is 'Passes as the chip of a card was last written and read back.';
