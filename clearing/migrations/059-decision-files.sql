-- Operators whose files are binary are told of later decisions about held records as those are whose files are text: by signed files,
-- one after each cut-off.
alter table clearing.operator_answer drop constraint operator_answer_kind;
alter table clearing.operator_answer
  add column signature bytea,
  add constraint operator_answer_kind check (kind in ('SS', 'QS', 'NS', 'CD')),
  add constraint operator_answer_signed check (signature is null or kind = 'CD');
comment on column clearing.operator_answer.signature is 'Detached CMS signature of a file of decisions; such a file is nobody''s before it is signed.';

create table clearing.held_file_record (
  card_no        text not null,
  business_date  date not null,
  intake_id      bigint not null,
  record_index   integer not null,
  participant_no text not null,
  constraint held_file_record_key primary key (card_no, business_date, intake_id, record_index)
) partition by hash (card_no);
select clearing.create_card_partitions('held_file_record', false);
comment on table clearing.held_file_record is 'Held records of binary files that are judged, whose end is still to be told.';
insert into clearing.held_file_record (card_no, business_date, intake_id, record_index, participant_no)
select r.card_no, r.business_date, r.intake_id, r.record_index, r.participant_no
  from clearing.purchase_record r join clearing.intake i on i.intake_id = r.intake_id and i.business_date = r.business_date
 where r.state in ('suspicious', 'routed') and i.source = 'ccpf' and i.answered_file_at is not null;
