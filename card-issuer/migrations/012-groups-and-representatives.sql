-- Schools and employers that apply for many people at once, and people who act for a holder.

create table issuer.group_application (
  group_id      bigint generated always as identity primary key,
  kind          text not null,
  -- The organisation, no person.
  name          text not null,
  product       text not null,
  -- Principal of the organisation's contact, who may see the masked list.
  contact       text,
  -- Days after the hand-out in which a card must be received; then it comes back.
  collect_days  integer not null,
  opened_by     text not null,
  opened_at     timestamptz not null default clock_timestamp(),
  constraint group_application_kind check (kind in ('school', 'employer')),
  constraint group_application_days check (collect_days between 1 and 730)
);

-- Cards are ordered as batches of the bureau; one more when people join later or cards were spoiled.
create table issuer.group_batch (
  batch_id bigint primary key,
  group_id bigint not null references issuer.group_application
);
create index group_batch_of_group on issuer.group_batch (group_id);

-- One spreadsheet handed in; the same file again is the same.
create table issuer.group_file (
  group_id    bigint not null references issuer.group_application,
  file_sha256 bytea not null,
  row_count   integer not null,
  good_count  integer not null,
  bad_rows    jsonb not null,
  handed_in_by text not null,
  handed_in_at timestamptz not null default clock_timestamp(),
  constraint group_file_key primary key (group_id, file_sha256),
  constraint group_file_counts check (good_count between 0 and row_count)
);

create table issuer.group_member (
  resident_id   bigint not null,
  group_id      bigint not null,
  line          integer not null,
  -- Photos are found by the keyed hash of their name: people name them after people.
  photo_index   bytea,
  photo_version integer,
  card_no       text,
  state         text not null default 'registered',
  handed_out_at timestamptz,
  ended_at      timestamptz,
  constraint group_member_key primary key (resident_id, group_id),
  constraint group_member_state check (state in ('registered', 'withdrawn', 'handed-out', 'received', 'taken-back', 'destroyed')),
  constraint group_member_card check ((state in ('registered', 'withdrawn')) = (card_no is null) and (card_no is null) = (handed_out_at is null))
) partition by hash (resident_id);
do $$ begin
  for i in 0..7 loop
    execute format('create table issuer.%I partition of issuer.group_member for values with (modulus 8, remainder %s)', 'group_member_p' || i, i);
  end loop;
end $$;
create index group_member_by_group on issuer.group_member (group_id, state, line);
create index group_member_by_photo on issuer.group_member (photo_index) where photo_index is not null;
create index group_member_by_card on issuer.group_member (card_no) where card_no is not null;

-- Who may act for a holder at a counter, for what and until when; who it is, is sealed.
create table issuer.representative (
  representative_id bigint generated always as identity primary key,
  resident_id       bigint not null,
  kind              text not null,
  scope             text[] not null,
  valid_from        date not null,
  valid_to          date not null,
  person_index      bytea not null,
  sealed            bytea not null,
  -- The paper that says so; its number is sealed with the person's data.
  document_kind     text not null,
  entered_by        text not null,
  entered_at        timestamptz not null default clock_timestamp(),
  ended_by          text,
  ended_at          timestamptz,
  constraint representative_kind check (kind in ('guardian', 'proxy')),
  constraint representative_scope check (cardinality(scope) > 0
    and scope <@ array['loss-report', 'found', 'pick-up', 'return']),
  constraint representative_document check (document_kind in ('household-book', 'birth-certificate', 'court-order', 'letter-of-authority', 'notarised-authority')),
  constraint representative_time check (valid_to >= valid_from),
  constraint representative_ended check ((ended_by is null) = (ended_at is null)),
  constraint representative_index check (octet_length(person_index) = 16)
);
create index representative_of on issuer.representative (resident_id) where ended_at is null;

-- Every act done for a holder by somebody else.
create table issuer.representative_act (
  representative_id bigint not null references issuer.representative,
  acted_at          timestamptz not null default clock_timestamp(),
  act               text not null,
  clerk             text not null,
  constraint representative_act_key primary key (representative_id, acted_at, act)
);

-- What a deceased holder's card holds, to be paid to the heirs; two people have seen their papers.
create table issuer.heir_payment (
  approval_id   bigint primary key,
  card_no       text not null,
  resident_id   bigint not null,
  document_kind text not null,
  sealed        bytea not null,
  card_handed_in boolean not null,
  proposed_by   text not null,
  proposed_at   timestamptz not null default clock_timestamp(),
  approved_by   text,
  approved_at   timestamptz,
  returned_at   timestamptz,
  paid_fen      bigint not null default 0,
  constraint heir_payment_document check (document_kind in ('inheritance-certificate', 'court-judgment', 'heirs-agreement')),
  constraint heir_payment_two_people check (approved_by <> proposed_by),
  constraint heir_payment_paid check (paid_fen >= 0 and (paid_fen = 0 or approved_by is not null))
);
create unique index heir_payment_once on issuer.heir_payment (card_no) where approved_by is not null;
