import type { Command } from './command.ts';
import { fitting, noMore } from './fitting.ts';
import { command } from './supervision-commands.ts';

const ID = /^[0-9A-Za-z._-]{1,100}$/;
const APPROVAL = /^[1-9][0-9]{0,14}$/;
const PARTICIPANT = /^[0-9A-Za-z.-]{4,15}$/;
const ROLES = /^[a-z-]+(,[a-z-]+)*$|^none$/;
const NUMBER = /^[1-9][0-9]{0,14}$/;

const pathOf = (id: string | undefined): string => `/v1/users/${fitting(id, ID, 'the id of a user, see: user list')}`;
const approval = (text: string | undefined): string => fitting(text, APPROVAL, 'the approvalId of the proposal');

const ruleOf = (text: string | undefined): string =>
  `/v1/sign-in-rules/${fitting(text, /^[a-z-]{1,60}$/, 'the name of a rule, see: sign-in rules')}`;
const wholeOf = (text: string | undefined): number => Number(fitting(text, /^[1-9][0-9]{0,8}$/, 'a whole number'));

function rolesOf(text: string | undefined): { roles: string[] } {
  const given = fitting(text, ROLES, 'roles separated by commas, or none');
  return { roles: given === 'none' ? [] : given.split(',') };
}

/** Who signs in, with which roles (docs/portal.md, "Signing in"). */
export const userCommands: readonly Command[] = [
  command('platform', 'user list', ': everybody who signs in, with roles and state', (connection) =>
    connection.get('/v1/users'),
  ),
  command(
    'platform',
    'user create',
    ' ID NAME [PARTICIPANT]: a user who can do nothing yet; with a participant number one who acts for it',
    (connection, [id, name, participantNo, ...more]) => {
      noMore(more, 'user create ID NAME [PARTICIPANT]');
      return connection.post('/v1/users', {
        id: fitting(id, ID, 'an id: small letters, digits, dots and hyphens'),
        name: fitting(name, /^.{1,60}$/u, 'a name of at most 60 characters'),
        ...(participantNo !== undefined && {
          participantNo: fitting(participantNo, PARTICIPANT, 'the number of a participant'),
        }),
      });
    },
    true,
  ),
  command(
    'platform',
    'user roles',
    ' ID ROLE,ROLE: propose all the roles somebody is to have',
    (connection, [id, roles, ...more]) => {
      noMore(more, 'user roles ID ROLE,ROLE');
      return connection.post(`${pathOf(id)}/roles`, rolesOf(roles));
    },
    true,
  ),
  command(
    'platform-2',
    'user approve-roles',
    ' ID ROLE,ROLE APPROVAL: put the same roles in force, as another person',
    (connection, [id, roles, approvalId, ...more]) => {
      noMore(more, 'user approve-roles ID ROLE,ROLE APPROVAL');
      return connection.post(`${pathOf(id)}/roles/approval/${approval(approvalId)}`, rolesOf(roles));
    },
    true,
  ),
  command(
    'platform',
    'user first-password',
    ' ID: propose a first password; prints one half of it',
    (connection, [id, ...more]) => {
      noMore(more, 'user first-password ID');
      return connection.post(`${pathOf(id)}/first-password`);
    },
    true,
  ),
  command(
    'platform-2',
    'user approve-first-password',
    ' ID APPROVAL: put it in force, as another person; prints the other half',
    (connection, [id, approvalId, ...more]) => {
      noMore(more, 'user approve-first-password ID APPROVAL');
      return connection.post(`${pathOf(id)}/first-password/approval/${approval(approvalId)}`);
    },
    true,
  ),
  command(
    'platform',
    'user suspend',
    ' ID REASON: take every way in from somebody at once',
    (connection, [id, ...reason]) =>
      connection.post(`${pathOf(id)}/suspension`, {
        reason: fitting(reason.join(' '), /^.{1,200}$/u, 'a reason of at most 200 characters'),
      }),
    true,
  ),
  command('platform', 'user sessions', ' ID: open sessions of somebody', (connection, [id, ...more]) => {
    noMore(more, 'user sessions ID');
    return connection.get(`${pathOf(id)}/sessions`);
  }),
  command(
    'platform',
    'user end-sessions',
    ' ID: end every session of somebody',
    (connection, [id, ...more]) => {
      noMore(more, 'user end-sessions ID');
      return connection.delete(`${pathOf(id)}/sessions`);
    },
    true,
  ),
  command(
    'platform',
    'user lift-pause',
    ' ID: let somebody try again at once after too many attempts',
    async (connection, [id, ...more]) => {
      noMore(more, 'user lift-pause ID');
      await connection.delete(`${pathOf(id)}/pause`);
      return { id, lifted: true };
    },
    true,
  ),
  command('platform', 'sign-in rules', ': numbers of the sign-in, and between what each may be', (connection) =>
    connection.get('/v1/sign-in-rules'),
  ),
  command(
    'platform',
    'sign-in propose-rule',
    ' RULE VALUE: propose another value for a number of the sign-in',
    (connection, [rule, value, ...more]) => {
      noMore(more, 'sign-in propose-rule RULE VALUE');
      return connection.post(ruleOf(rule), { value: wholeOf(value) });
    },
    true,
  ),
  command(
    'platform-2',
    'sign-in approve-rule',
    ' RULE VALUE APPROVAL: put the same value in force, as another person',
    (connection, [rule, value, approvalId, ...more]) => {
      noMore(more, 'sign-in approve-rule RULE VALUE APPROVAL');
      return connection.post(`${ruleOf(rule)}/approval/${approval(approvalId)}`, { value: wholeOf(value) });
    },
    true,
  ),
  command('auditor', 'waiting', ': proposals that wait for a second person', (connection) =>
    connection.get('/v1/waiting'),
  ),
  command(
    'finance-checker',
    'proposal return',
    ' NUMBER REASON: send a proposal back to its maker, or take an own one back',
    (connection, [no, reason, ...more]) => {
      noMore(more, 'proposal return NUMBER REASON');
      const number = fitting(no, /^[1-9][0-9]{0,17}$/, 'the number of a proposal');
      return connection.post(`/v1/waiting/${number}/return`, {
        reason: fitting(reason, /\S.{1,498}\S/s, 'a reason in words'),
      });
    },
    true,
  ),
  command(
    'auditor',
    'signatures list',
    ' [PERSON]: signatures of approvals, the newest first',
    (connection, [person, ...more]) => {
      noMore(more, 'signatures list [PERSON]');
      const query = person === undefined ? '' : `?principal=${fitting(person, ID, 'the id of a person')}`;
      return connection.get(`/v1/signatures${query}`);
    },
  ),
  command(
    'auditor',
    'signatures show',
    ' NUMBER: what was signed, and whether it holds',
    (connection, [number, ...more]) => {
      noMore(more, 'signatures show NUMBER');
      return connection.get(
        `/v1/signatures/${fitting(number, NUMBER, 'the number of a signature, see: signatures list')}`,
      );
    },
  ),
  {
    words: 'signatures verify',
    help: 'signatures verify: check every signature kept',
    person: 'auditor',
    running: false,
    run: async (connection) => {
      const answer = await connection.get('/v1/signatures/verification');
      const broken = typeof answer === 'object' && answer !== null && 'broken' in answer ? answer.broken : undefined;
      return { answer, ok: Array.isArray(broken) && broken.length === 0 };
    },
  },
];
