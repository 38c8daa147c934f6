-- What a day's look at cards found: how many balances are those of the cards, how many differ for a known reason, and how many do not.
create table reconciliation.card_look (
  business_date   date primary key,
  cards           bigint not null,
  equal           bigint not null,
  explained       bigint not null,
  explained_fen   bigint not null,
  unexplained     bigint not null,
  unexplained_fen bigint not null,
  looked_at       timestamptz not null default clock_timestamp(),
  constraint card_look_whole check (cards = equal + explained + unexplained)
);
comment on table reconciliation.card_look is 'Per business day: cards whose own balance was compared with the shadow balance; amounts without signs.';
