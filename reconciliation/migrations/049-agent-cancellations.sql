-- A load that never came to the card although it was proved: taken back on our side.
alter table reconciliation.agent_action drop constraint agent_action_action;
alter table reconciliation.agent_action add constraint agent_action_action
  check (action in ('confirm-ours', 'void-ours', 'make-up-ours', 'make-up-theirs', 'cancel-ours', 'cancel-theirs'));
