-- What arrives is stored in few large rows, byte for byte, and judged from there: a record gets its row when it has its outcome.

create sequence clearing.content_number;

-- The bytes of a message or a file in pieces, each named by the place of its first byte. Of binary files the header is kept
-- elsewhere, so that record n begins at byte 64 n. `lines`: the lines of text the records were converted from, all of one length.
create table clearing.received_content (
  content_id bigint not null,
  start      bigint not null,
  bytes      bytea not null,
  lines      bytea,
  constraint received_content_key primary key (content_id, start),
  constraint received_content_start check (start >= 0),
  constraint received_content_piece check (octet_length(bytes) between 1 and 262144)
);
-- Digits and cryptograms do not shrink; and a slice of a value that is not compressed is read without the rest of it.
alter table clearing.received_content alter column bytes set storage external, alter column lines set storage external;

alter table clearing.intake add column content_id bigint;

-- Messages and files with records that nobody has judged yet: a short list, however much has come in.
create table clearing.undecided_intake (
  business_date date not null,
  intake_id     bigint not null,
  content_id    bigint not null,
  record_count  integer not null,
  next_index    integer not null default 0,
  -- The amounts of the records from next_index on.
  left_fen      bigint not null,
  constraint undecided_intake_key primary key (business_date, intake_id),
  constraint undecided_intake_intake foreign key (intake_id) references clearing.intake,
  constraint undecided_intake_left check (next_index >= 0 and next_index < record_count)
);

-- Records stored one by one so far: those of terminals' batches, whose totals are asked for again, and those not judged yet.
with chosen as (
  select intake_id, nextval('clearing.content_number') as content_id from clearing.intake i
   where record_count > 0 and record_count <= 4096
     and (terminal_no is not null
          or exists (select from clearing.purchase_record r
                      where r.business_date = i.business_date and r.intake_id = i.intake_id and r.state = 'received'))
), filled as (
  insert into clearing.received_content (content_id, start, bytes)
  select c.content_id, 0, string_agg(r.raw, ''::bytea order by r.record_index)
    from chosen c join clearing.purchase_record r using (intake_id) group by c.content_id
)
update clearing.intake i set content_id = c.content_id from chosen c where c.intake_id = i.intake_id;

do $$
declare
  v_intake record;
  v_content bigint;
begin
  -- Longer ones, a piece of 4096 records at a time.
  for v_intake in select intake_id, business_date from clearing.intake i
                   where content_id is null
                     and exists (select from clearing.purchase_record r where r.business_date = i.business_date
                                    and r.intake_id = i.intake_id and r.state = 'received') loop
    v_content := nextval('clearing.content_number');
    insert into clearing.received_content (content_id, start, bytes)
    select v_content, (record_index / 4096) * 262144, string_agg(raw, ''::bytea order by record_index)
      from clearing.purchase_record where business_date = v_intake.business_date and intake_id = v_intake.intake_id
     group by record_index / 4096;
    update clearing.intake set content_id = v_content where intake_id = v_intake.intake_id;
  end loop;
end $$;

insert into clearing.undecided_intake (business_date, intake_id, content_id, record_count, next_index, left_fen)
select i.business_date, i.intake_id, i.content_id, i.record_count, min(r.record_index), sum(r.amount_fen)
  from clearing.purchase_record r join clearing.intake i using (business_date, intake_id)
 where r.state = 'received' and i.content_id is not null
 group by i.business_date, i.intake_id, i.content_id, i.record_count;
delete from clearing.purchase_record r using clearing.undecided_intake u
 where r.business_date = u.business_date and r.intake_id = u.intake_id and r.state = 'received';
drop index clearing.purchase_record_undecided;

-- Records that are received and not judged, taken out of the pieces; of one card, or of all when none is named. Pieces that do
-- not hold the card's serial are passed over without being taken apart.
create function clearing.undecided_records(p_card_no text default null)
  returns table (card_no text, business_date date, intake_id bigint, record_index integer, raw bytea, issuer_city text,
                 amount_fen bigint, participant_no text)
  language sql stable as $$
  select case when d.serial ~ '^0310[0-9]{16}$' then substr(d.serial, 2) else d.serial end, u.business_date, u.intake_id,
         (c.start / 64 + n)::integer, d.raw, encode(substring(d.raw from 3 for 2), 'hex'),
         ('x' || encode(substring(d.raw from 27 for 4), 'hex'))::bit(32)::bigint, i.participant_no
    from clearing.undecided_intake u
    join clearing.intake i on i.intake_id = u.intake_id
    join clearing.received_content c on c.content_id = u.content_id
   cross join lateral (select c.bytes || ''::bytea as bytes offset 0) whole
   cross join lateral generate_series(greatest(u.next_index - c.start / 64, 0), octet_length(whole.bytes) / 64 - 1) as n
   cross join lateral (select substring(whole.bytes from (n * 64 + 1)::integer for 64) as raw,
                              encode(substring(whole.bytes from (n * 64 + 5)::integer for 10), 'hex') as serial) d
   where c.start + octet_length(c.bytes) > u.next_index * 64::bigint
     and (p_card_no is null
          or position(decode(lpad(p_card_no, 20, '0'), 'hex') in whole.bytes) > 0 and d.serial = lpad(p_card_no, 20, '0'))
$$;

-- What has become by now of what was received on a business day.
create view clearing.day_outcome as
select business_date, state, reason_code, count(*) as count, sum(amount_fen)::bigint as amount_fen
  from clearing.purchase_record group by business_date, state, reason_code
union all
select business_date, 'received', null, sum(record_count - next_index)::bigint, sum(left_fen)::bigint
  from clearing.undecided_intake group by business_date;
