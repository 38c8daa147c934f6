import { solve } from './sha256.ts';

// Runs beside the page, so that typing never waits.
addEventListener('message', (event: MessageEvent<{ challenge: string; difficulty: number }>) => {
  const { challenge, difficulty } = event.data;
  postMessage({ challenge, counter: solve(challenge, difficulty) });
});
