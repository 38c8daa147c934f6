import { type Answer, textOf } from '@citycard/city-sim';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { sandboxTerminal, type TestCity } from '../installation.ts';

const codeOf = (answer: Answer) => (answer.kind === 'unanswered' ? answer.reason : answer.code);

/** Sign-on, keys, MACs and broken frames (terminal interface, sections 1 and 2). */
export function sessions(city: () => TestCity): void {
  describe('sessions and keys', () => {
    it('signs on without a MAC, echoes under the new key, signs off', async () => {
      const terminal = sandboxTerminal(await city().sandbox());
      const signOn = await terminal.signOn();
      expect(codeOf(signOn)).toBe('00');
      expect(signOn.kind === 'answered' && signOn.message.fields.has(64)).toBe(false);
      const echo = await terminal.echo();
      expect(codeOf(echo)).toBe('00');
      expect(echo.kind === 'answered' && [...echo.message.fields.keys()].sort((a, b) => a - b)).toEqual([
        11, 12, 13, 37, 39, 41, 42, 60, 64,
      ]);
      expect(codeOf(await terminal.signOff())).toBe('00');
      await terminal.disconnect();
    });

    it('keeps the old keys until a message is right under the new ones', async () => {
      const sandbox = await city().sandbox();
      const terminal = sandboxTerminal(sandbox);
      await terminal.signOn();
      expect(codeOf(await terminal.echo())).toBe('00');
      // Somebody else signs on in this terminal's name: no MAC, so nothing may be taken away from it.
      const stranger = sandboxTerminal(sandbox);
      expect(codeOf(await stranger.signOn())).toBe('00');
      expect(codeOf(await terminal.echo())).toBe('00');
      expect(codeOf(await stranger.echo())).toBe('00');
      expect(codeOf(await terminal.echo())).toBe('A0');
      await Promise.all([terminal.disconnect(), stranger.disconnect()]);
    });

    it('answers a wrong MAC with A0 and changes nothing', async () => {
      const terminal = sandboxTerminal(await city().sandbox());
      await terminal.signOn();
      await terminal.echo();
      terminal.spoilNextMacs(1);
      expect(codeOf(await terminal.echo())).toBe('A0');
      expect(codeOf(await terminal.exchange(terminal.line.compose('0820', '00', '301'), { withoutMac: true }))).toBe(
        'A0',
      );
      expect(codeOf(await terminal.echo())).toBe('00');
      await terminal.disconnect();
    });

    it('answers 97 without a MAC to a terminal it does not know, 03 to a merchant it does not know', async () => {
      const sandbox = await city().sandbox();
      const unknown = sandboxTerminal({ ...sandbox, terminal: 'NOBODY01' });
      const answer = await unknown.signOn();
      expect(codeOf(answer)).toBe('97');
      expect(answer.kind !== 'unanswered' && answer.message.fields.has(64)).toBe(false);
      const other = sandboxTerminal({ ...sandbox, merchant: '904458041110001' });
      expect(codeOf(await other.signOn())).toBe('03');
      await Promise.all([unknown.disconnect(), other.disconnect()]);
    });

    it('answers a message type it does not have with 12, a missing field with 30', async () => {
      const terminal = sandboxTerminal(await city().sandbox());
      await terminal.signOn();
      expect(
        codeOf(await terminal.exchange(terminal.line.compose('0200', '22', '000', { 3: '000000', 4: '000000000100' }))),
      ).toBe('12');
      expect(codeOf(await terminal.exchange(terminal.line.compose('0200', '01', '000', { 3: '310000' })))).toBe('30');
      await terminal.disconnect();
    });

    it('closes the link for a length out of range', async () => {
      const sandbox = await city().sandbox();
      const socket = connect(sandbox.port, sandbox.host);
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(Buffer.from('000500000000', 'hex'));
      await closed;
    });

    it('gives the hotlist from the log and takes the confirmation', async () => {
      const terminal = sandboxTerminal(await city().sandbox());
      await terminal.signOn();
      expect(codeOf(await terminal.fetchParameters())).toBe('00');
      expect(terminal.memory.parameters['01']).toBe('000186a0');
      expect(codeOf(await terminal.fetchHotlist())).toBe('00');
      await terminal.disconnect();
    });

    it('knows no hotlist version that was never published, neither asked for nor adopted', async () => {
      const terminal = sandboxTerminal(await city().sandbox());
      await terminal.signOn();
      const ask = (networkManagement: string, hex: string) =>
        terminal.exchange(terminal.line.compose('0800', '00', networkManagement, { 62: Buffer.from(hex, 'hex') }));
      expect(codeOf(await ask('391', '0000ffff'))).toBe('30');
      expect(codeOf(await ask('390', '0000ffff00000000'))).toBe('30');
      await terminal.disconnect();
    });

    it('answers with the reference a support person can look for', async () => {
      const terminal = sandboxTerminal(await city().sandbox());
      await terminal.signOn();
      const echo = await terminal.echo();
      expect(echo.kind === 'answered' && textOf(echo.message, 37)).toMatch(/^\d{4}[A-Z2-9]{8}$/);
      await terminal.disconnect();
    });
  });
}
