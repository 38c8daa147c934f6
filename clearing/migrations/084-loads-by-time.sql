-- Loads of a day, for those who compare both sides at its end; they lie in the order they were opened.
create index load_by_opening on clearing.load using brin (opened_at);
