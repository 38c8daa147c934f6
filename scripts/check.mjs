// Runs the named checks two at a time and prints each one's output whole, so that a failure can be read.
import { spawn } from 'node:child_process';

const checks = ['check:types', 'check:pages', 'check:lint', 'check:imports', 'check:unused', 'check:format'];
const failed = [];

function run(name) {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', name], { shell: process.platform === 'win32' });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n${code === 0 ? '' : output}`);
      if (code !== 0) failed.push(name);
      resolve();
    });
  });
}

const waiting = [...checks];
await Promise.all(
  [0, 1].map(async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await run(name);
  }),
);
if (failed.length > 0) {
  process.stdout.write(`${failed.length} of ${checks.length} checks failed: ${failed.join(', ')}\n`);
  process.exit(1);
}
