import { reactive, readonly } from 'vue';
import { readerTicket } from './calls.ts';
import { chooseReader, refreshReaders } from './desk.ts';

/** Where `citycard reader bridge` listens on the clerk's own computer, unless it was told another port. */
const USUAL_PORT = 18_583;
const PORT_KEPT = 'counter-bridge-port';
const AGAIN_MS = 10_000;
/** Which reader served under which name, to take it up again. */
const KEPT = 'counter-bridge';

export interface PluggedReader {
  readonly name: string;
  readonly state: 'empty' | 'card';
  /** The name under which it serves the installation; absent while it does not. */
  readonly window?: string;
}

/** Cards of plastic that a demo's desk has, in place of a hand that puts them in. */
export interface Tray {
  readonly inserted?: string;
  readonly cards: readonly { readonly id: string; readonly label: string }[];
}

const noTrays: Readonly<Record<string, Tray>> = {};

const state = reactive({
  connected: false,
  trays: noTrays,
  readers: [] as PluggedReader[],
  refused: undefined as string | undefined,
});

/** The program on this computer that lends its PC/SC readers; pages work without it when readers attach another way. */
export const bridge = readonly(state);

let socket: WebSocket | undefined;
let wanted = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

interface Said {
  readonly trays?: Readonly<Record<string, Tray>>;
  readonly readers?: readonly PluggedReader[];
  readonly refused?: { readonly sentence: string };
  readonly attached?: { readonly window: string };
  readonly lost?: { readonly reader: string; readonly window: string };
}

function connect(): void {
  if (wanted === 0 || socket !== undefined) return;
  let mine: WebSocket;
  try {
    mine = new WebSocket(`ws://127.0.0.1:${bridgePort()}`);
  } catch {
    return;
  }
  socket = mine;
  mine.addEventListener('open', () => {
    state.connected = true;
  });
  mine.addEventListener('message', ({ data }) => hear(JSON.parse(String(data)) as Said));
  mine.addEventListener('close', () => {
    socket = undefined;
    state.connected = false;
    state.readers = [];
    state.trays = {};
    // Somebody who has just changed the port does not wait for it.
    if (wanted > 0) timer = setTimeout(connect, mine.url.endsWith(`:${bridgePort()}/`) ? AGAIN_MS : 0);
  });
}

function hear(said: Said): void {
  if (said.trays !== undefined) state.trays = said.trays;
  if (said.readers !== undefined) {
    state.readers = [...said.readers];
    takeUp();
  }
  if (said.refused !== undefined) state.refused = said.refused.sentence;
  if (said.attached !== undefined) {
    state.refused = undefined;
    chooseReader(said.attached.window);
  }
  void refreshReaders().catch(() => undefined);
}

/** What served before serves again, without the clerk having to think of it; when nobody answers, a little later. */
function takeUp(): void {
  const kept = keptChoice();
  const free = state.readers.find(({ name, window }) => name === kept?.reader && window === undefined);
  if (kept === undefined || free === undefined || state.refused !== undefined) return;
  attach(kept.reader, kept.window).catch(() => {
    if (wanted > 0) setTimeout(takeUp, AGAIN_MS);
  });
}

/** The port on which this browser looks for the program of its computer. */
export function bridgePort(): number {
  const port = Number(localStorage.getItem(PORT_KEPT));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : USUAL_PORT;
}

/** Looks on another port from now on; on the usual one for anything that is none. */
export function lookOnPort(said: string): void {
  if (Number(said) === USUAL_PORT) localStorage.removeItem(PORT_KEPT);
  else localStorage.setItem(PORT_KEPT, said);
  state.refused = undefined;
  clearTimeout(timer);
  if (socket === undefined) connect();
  else socket.close();
}

function keptChoice(): { reader: string; window: string } | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? 'null');
    return typeof kept === 'object' && kept !== null && 'reader' in kept && 'window' in kept
      ? { reader: String(kept.reader), window: String(kept.window) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Lends a reader of this computer to the installation under the name of a window, with a token for one minute. */
export async function attach(reader: string, window: string): Promise<void> {
  const { ticket, attachPort } = await readerTicket(window);
  localStorage.setItem(KEPT, JSON.stringify({ reader, window }));
  state.refused = undefined;
  socket?.send(JSON.stringify({ attach: { reader, window, token: ticket, port: attachPort } }));
}

export function letGo(reader: string): void {
  localStorage.removeItem(KEPT);
  socket?.send(JSON.stringify({ letGo: { reader } }));
}

/** Puts a card of a demo's desk into its reader. */
export const putIn = (desk: string, id: string): void => socket?.send(JSON.stringify({ put: { desk, id } }));
export const takeOut = (desk: string): void => socket?.send(JSON.stringify({ take: { desk } }));

/** Looks for the bridge while somebody wants it. @returns how to stop */
export function watchBridge(): () => void {
  wanted += 1;
  connect();
  return () => {
    wanted -= 1;
    if (wanted > 0) return;
    clearTimeout(timer);
    socket?.close();
  };
}
