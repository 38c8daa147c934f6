import { Type } from '@citycard/common';
import type { FastifyInstance } from 'fastify';
import { answerMessage } from './dialogue.ts';
import type { Services } from './service.ts';
import { Message } from './text-messages.ts';

/** What the channel `residents` hands its gateway (docs/supervision.md). */
const Notice = Type.Object({
  reference: Type.String({ minLength: 1, maxLength: 100 }),
  to: Type.String({ pattern: '^\\+?[0-9]{3,15}$' }),
  text: Type.String({ minLength: 1, maxLength: 300 }),
});
interface Delivered {
  readonly reference: string;
  readonly to: string;
  readonly text: string;
}
/** Seen on one page; older ones are forgotten. */
const NOTICES_KEPT = 30;

/** A page that plays a telephone and the gateway behind it, without a token: for a demo only. */
export function registerSimulator(server: FastifyInstance, services: Services): void {
  const delivered: Delivered[] = [];
  server.get('/simulator', (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  server.get('/simulator/telephone.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(SCRIPT));
  server.get('/simulator/telephone.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(LOOK));
  server.post<{ Body: { from: string; text: string } }>(
    '/simulator/messages',
    { schema: { body: Message } },
    async ({ body: { from, text } }) => ({ parts: await answerMessage(services, from, text) }),
  );
  // As a gateway does: what comes a second time under the same reference is dropped.
  server.post<{ Body: Delivered }>(
    '/simulator/notices',
    { schema: { body: Notice }, config: { rateLimit: false } },
    ({ body: { reference, to, text } }, reply) => {
      if (!delivered.some((each) => each.reference === reference)) delivered.unshift({ reference, to, text });
      delivered.length = Math.min(delivered.length, NOTICES_KEPT);
      return reply.send({ taken: reference });
    },
  );
  server.get('/simulator/notices', () => ({ notices: delivered }));
}

const PAGE = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>短信模拟 · Text message simulator</title>
<link rel="stylesheet" href="/simulator/telephone.css">
<script src="/simulator/telephone.js" defer></script>
</head>
<body>
<main>
<h1>短信模拟 <span lang="en">Text message simulator</span></h1>
<p>演示用：短信网关会收到的消息和它的回复。<span lang="en">What a gateway receives, and what it sends back.</span></p>
<div id="talk" role="log" aria-live="polite" aria-label="对话"></div>
<form id="form">
<label for="from">手机号 <span lang="en">Telephone</span></label>
<input id="from" inputmode="tel" autocomplete="off" value="13800000000" required pattern="[+]?[0-9]{3,15}">
<label for="text">短信 <span lang="en">Message</span></label>
<input id="text" autocomplete="off" maxlength="300" required value="帮助">
<button type="submit">发送 <span lang="en">Send</span></button>
</form>
<h2>系统发出的通知 <span lang="en">Notices sent</span></h2>
<p id="none">还没有通知。居民在余额页或柜台同意后，充值、余额不足、挂失、有款待领时会收到。 <span lang="en">None yet. Residents agree to them on the page of balances or at a counter.</span></p>
<ol id="notices" aria-live="polite"></ol>
</main>
</body>
</html>
`;

const SCRIPT = `const talk = document.getElementById('talk');
const add = (who, words) => {
  const line = document.createElement('p');
  line.className = who;
  line.textContent = words;
  talk.append(line);
  line.scrollIntoView({ block: 'end' });
};
document.getElementById('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const field = document.getElementById('text');
  const text = field.value;
  add('own', text);
  field.value = '';
  field.focus();
  try {
    const answer = await fetch('/simulator/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: document.getElementById('from').value, text }),
    });
    const said = await answer.json();
    for (const part of said.parts ?? [said.title]) add('theirs', part);
  } catch {
    add('theirs', '没有回复 No answer');
  }
});
const list = document.getElementById('notices');
let shown = '';
const look = async () => {
  if (document.visibilityState !== 'visible') return;
  const { notices } = await (await fetch('/simulator/notices')).json();
  const now = JSON.stringify(notices);
  if (now === shown) return;
  shown = now;
  document.getElementById('none').hidden = notices.length > 0;
  list.replaceChildren(...notices.map(({ to, text }) => {
    const line = document.createElement('li');
    const who = document.createElement('strong');
    who.textContent = to + ' ';
    line.append(who, text);
    return line;
  }));
};
const again = () => look().catch(() => undefined).finally(() => setTimeout(again, 3000));
again();
`;

const LOOK = `body { margin: 0; background: #f2f4f7; color: #101418; font: 1.1rem/1.5 "PingFang SC", "Microsoft YaHei", sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.2rem; margin-top: 2rem; }
#notices { padding: 0; list-style: none; }
#notices li { margin: 0 0 0.5rem; padding: 0.5rem 0.8rem; background: #fff; border: 1px solid #8a939e; border-radius: 0.4rem; overflow-wrap: anywhere; }
#talk { display: flex; flex-direction: column; gap: 0.5rem; min-height: 12rem; margin: 1rem 0; }
#talk p { margin: 0; padding: 0.5rem 0.8rem; max-width: 85%; background: #fff; border: 1px solid #8a939e; border-radius: 0.4rem; overflow-wrap: anywhere; }
#talk .own { align-self: flex-end; background: #dcebff; }
form { display: grid; gap: 0.4rem; }
input, button { font: inherit; padding: 0.6rem; min-height: 3rem; border: 2px solid #333c46; border-radius: 0.4rem; }
button { background: #003d82; color: #fff; border-color: #003d82; font-weight: 600; }
:focus-visible { outline: 3px solid #b35900; outline-offset: 2px; }
`;
