-- Files are listed by time, newest first, among many more messages.
create index intake_file_by_time on clearing.intake (received_at) where file_name is not null;
create index upload_by_time on clearing.upload (opened_at);
create index operator_answer_by_time on clearing.operator_answer (made_at);
