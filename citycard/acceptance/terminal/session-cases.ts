import { CaseFailed } from '../case.ts';
import { next, type TerminalCase, TLS_FUNCTION } from './bench.ts';
import type { Exchange } from './exchange.ts';

const PAGE = 'terminal-interface.md';

/** Link, keys and MACs (terminal interface, sections 1 and 2). */
export const sessionCases: readonly TerminalCase[] = [
  {
    id: 'sign-on',
    title: 'Signs on and works under the keys of the answer',
    document: `${PAGE} §2, message 1`,
    async run(bench) {
      bench.host.claim('signOn', 'echo');
      bench.ask('Switch the terminal on, let it sign on, then let it send an echo.');
      await bench.host.answerHonestly(await anySignOn(bench));
      await bench.host.answerHonestly(await next(bench, 'An echo', 'echo'));
    },
  },
  {
    id: 'wrong-check-value',
    title: 'Does not use working keys whose check value is wrong',
    document: `${PAGE} §2`,
    async run(bench) {
      const { host } = bench;
      host.claim('signOn', 'echo');
      host.spoilNextKeys();
      bench.ask(
        'Let the terminal sign on. Its keys will come with a wrong check value; let it sign on again, then echo.',
      );
      await host.answerHonestly(await anySignOn(bench));
      const then = await next(bench, 'Another sign-on', 'signOn', 'echo');
      if (then.request.name !== 'signOn')
        throw new CaseFailed('After keys with a wrong check value an echo came; a new sign-on was expected.');
      await host.answerHonestly(then);
      await host.answerHonestly(await next(bench, 'An echo', 'echo'));
    },
  },
  {
    id: 'key-change',
    title: 'Changes to new working keys while it is in operation',
    document: `${PAGE} §2`,
    async run(bench) {
      const { host } = bench;
      host.claim('signOn', 'echo');
      bench.ask('Let the terminal send an echo, sign on once more, and send an echo again.');
      await host.answerHonestly(await next(bench, 'An echo', 'echo'));
      await host.answerHonestly(await anySignOn(bench));
      await host.answerHonestly(await next(bench, 'An echo under the new keys', 'echo'));
    },
  },
  {
    id: 'mac-refused',
    title: 'Signs on again after an answer A0',
    document: `${PAGE} §2 and §4`,
    async run(bench) {
      const { host } = bench;
      host.claim('signOn', 'echo');
      bench.ask(
        'Let the terminal send an echo. It is answered A0: the terminal has to sign on by itself. Then echo again.',
      );
      await (await next(bench, 'An echo', 'echo')).answer('A0');
      const then = await next(bench, 'A sign-on', 'signOn', 'echo');
      if (then.request.name !== 'signOn')
        throw new CaseFailed('After an answer A0 an echo came; a sign-on was expected.');
      await host.answerHonestly(then);
      await host.answerHonestly(await next(bench, 'An echo', 'echo'));
    },
  },
  {
    id: 'torn-answers',
    title: 'Reads answers that arrive in pieces, without giving the link up',
    document: `${PAGE} §1`,
    async run(bench) {
      bench.host.claim('echo');
      bench.ask('Let the terminal send three echoes, one after another.');
      let link: number | undefined;
      for (const delivery of ['byte by byte', 'in halves', 'whole'] as const) {
        const echo = await next(bench, 'An echo', 'echo');
        if (link !== undefined && echo.link.id !== link)
          throw new CaseFailed('After an answer in pieces the terminal came back on another link.');
        link = echo.link.id;
        await echo.answer('00', {}, { delivery });
      }
    },
  },
  {
    id: 'tls-stranger',
    title: 'Does not speak to a host whose certificate is of a CA it does not trust',
    document: `${PAGE} §1`,
    about: TLS_FUNCTION,
    async run(bench) {
      const { host } = bench;
      host.claim('signOn', 'echo');
      host.show('stranger');
      try {
        bench.ask('The host shows the certificate of a stranger now. Let the terminal connect and send an echo.');
        if (!(await host.isRefused(bench.limitMs)))
          throw new CaseFailed(
            `The terminal refused no link within ${bench.limitMs / 1000} s: it did not connect, or it trusts the certificate of a stranger.`,
          );
        await host.none(['signOn', 'echo'], 'The terminal sent a message to a host it must not trust.', bench.quietMs);
      } finally {
        host.show('server');
      }
      host.claim('echo');
      bench.ask('The host shows its own certificate again. Let the terminal send an echo.');
      await host.answerHonestly(await next(bench, 'An echo', 'echo'));
    },
  },
  {
    id: 'sign-off',
    title: 'Signs off',
    document: `${PAGE} §3, message 2`,
    async run(bench) {
      bench.host.claim('signOff');
      bench.ask('Let the terminal sign off.');
      await bench.host.answerHonestly(await next(bench, 'A sign-off', 'signOff'));
    },
  },
];

function anySignOn(bench: Parameters<TerminalCase['run']>[0]): Promise<Exchange> {
  return next(bench, 'A sign-on', 'signOn');
}
