// Runs before `npm start` and `npm test`: makes a fresh clone ready on a machine that has only Node.js and npm.
// Everything it says goes to standard error, so that `npm start -- --json` keeps standard output for its document.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const minimum = [20, 19];
const say = (line) => process.stderr.write(`${line}\n`);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < minimum[0] || (major === minimum[0] && minor < minimum[1])) {
  say(`Node.js ${minimum.join('.')} or newer is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

// node_modules is current when it was installed from exactly this lock file.
const stamp = join(root, 'node_modules', '.installed-lock-sha256');
const lockHash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lockHash) {
  say('Installing the packages named in package-lock.json (npm ci); this takes about half a minute …');
  const npm = process.env.npm_execpath;
  const arguments_ = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const result =
    npm !== undefined && /\.[cm]?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...arguments_], { cwd: root, stdio: ['ignore', 2, 2] })
      : spawnSync('npm', arguments_, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) {
    say('npm ci failed; its message is above. Nothing was started.');
    process.exit(result.status ?? 1);
  }
  writeFileSync(stamp, lockHash);
  say('Packages installed.');
}
mkdirSync(join(root, 'var'), { recursive: true });
