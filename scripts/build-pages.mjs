// Builds the pages of the portal when they are not those of the sources: npm start and npm test call it first.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const web = join(root, 'portal', 'web');
const stamp = join(root, 'portal', 'dist', '.built-from');
/** Of 11: the last two steps take four times as long for a few hundredths. */
const QUALITY = 9;
const apps = ['portal/web/vite.config.ts', 'portal/web/resident/vite.config.ts'];

function sourcesHash() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const files = readdirSync(web, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(file.slice(web.length)).update(readFileSync(file));
  return hash.digest('hex');
}

/** Beside each text file the same compressed, once and well: a slow line gets a third of the bytes. */
function compress(directory) {
  const texts = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /\.(html|js|css|svg|json)$/.test(entry.name),
  );
  for (const { parentPath, name } of texts) {
    const file = join(parentPath, name);
    const bytes = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } }));
  }
}

const sources = sourcesHash();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sources) {
  process.stderr.write('Building the pages of the portal; this takes some seconds …\n');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  for (const config of apps.filter((app) => existsSync(join(root, app)))) {
    const result = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'error', '--config', config], {
      cwd: root,
      // Tests say NODE_ENV=test; what they look at is what everybody gets.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 2, 2],
    });
    if (result.status !== 0) {
      process.stderr.write('The pages could not be built; the message is above. Nothing was started.\n');
      process.exit(result.status ?? 1);
    }
  }
  compress(dirname(stamp));
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, sources);
}
