import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { imageName } from '../images/recipe.ts';
import { findCommand } from './packages.mjs';
import { ROOT } from './paths.mjs';

/**
 * What keeps the lab from starting must be said in one sentence that says what to do, with an exit code
 * that is not 0. Each test makes the real thing happen to the real program.
 */
const NODE = process.execPath;
const BOOTSTRAP = ['server/setup/bootstrap.mjs'];

function run(command: readonly string[], env: Record<string, string> = {}) {
  const [file = '', ...args] = command;
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr: stderr.trim() };
}

function temporary(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'glassbox-refusals-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A PATH with all commands that set-up itself uses, but none of those that it installs. */
function barePath(context: TestContext): string {
  const folder = temporary(context);
  for (const name of ['apt-get', 'apt-cache', 'flock', 'sh', 'stat', 'unshare']) {
    const found = findCommand(name);
    assert.ok(found, `${name} is not installed`);
    symlinkSync(found, join(folder, name));
  }
  return folder;
}

test('whoever is not root is told so', () => {
  const asNobody = [
    ...['setpriv', '--reuid', '65534', '--clear-groups'],
    // So that it can read the checkout, wherever that is.
    ...['--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'],
  ];
  const { status, stderr } = run([...asNobody, NODE, ...BOOTSTRAP, 'start']);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^Only root can .* uid 65534\. Start it as root, for example with sudo npm start\./,
  );
});

test('on a system that is not Linux it says where it runs', () => {
  const feign = 'data:text/javascript,Object.defineProperty(process,"platform",{value:"darwin"})';
  const { status, stderr } = run([NODE, '--import', feign, ...BOOTSTRAP, 'start']);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^Glassbox makes real Linux containers, and this is darwin\. Run it on a Linux machine/,
  );
});

test('a kernel that is too old is named, and the release that is needed', () => {
  const { status, stderr } = run(['setarch', '--uname-2.6', NODE, ...BOOTSTRAP, 'start']);
  assert.equal(status, 1);
  assert.match(stderr, /^This is Linux 2\.6\.\S+; 5\.19 or later is needed/);
});

test('a port that is in use is named, with the command that shows by whom', async (context) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  const { port } = address;
  const { status, stderr } = run([
    NODE,
    ...BOOTSTRAP,
    'start',
    '--no-install',
    '--port',
    String(port),
  ]);
  assert.equal(status, 1);
  assert.match(
    stderr,
    new RegExp(`^Port ${port} on 127.0.0.1 is in use by another program\\. .*ss -ltnp`),
  );
});

test('a word that is no number is no port', () => {
  const { status, stderr } = run([NODE, ...BOOTSTRAP, 'start', '--port', 'http']);
  assert.equal(status, 1);
  assert.match(stderr, /^"http" is no port/);
});

test('with --no-install it names what is missing, why, and the command, and installs nothing', (context) => {
  const { status, stderr } = run([NODE, ...BOOTSTRAP, 'start', '--no-install'], {
    PATH: barePath(context),
  });
  assert.equal(status, 1);
  assert.match(stderr, /^These packages are missing, and --no-install says not to install them:/);
  assert.match(stderr, /^ {4}mmdebstrap +builds the learners' base image$/m);
  assert.match(
    stderr,
    /^Install them with: apt-get install --no-install-recommends gcc .*mmdebstrap/m,
  );
});

test('without a network it says that the packages that are missing need one', (context) => {
  // An apt that knows of no package, as on a machine that has never been online.
  const state = temporary(context);
  for (const folder of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(state, folder), { recursive: true });
  }
  writeFileSync(join(state, 'status'), '');
  const configuration = join(state, 'apt.conf');
  writeFileSync(
    configuration,
    `Dir::State "${state}"; Dir::State::status "${state}/status"; Dir::Cache "${state}/cache";\n`,
  );
  const { status, stderr } = run(['unshare', '--net', NODE, ...BOOTSTRAP, 'start'], {
    PATH: barePath(context),
    APT_CONFIG: configuration,
  });
  assert.equal(status, 1);
  assert.match(
    stderr,
    /mmdebstrap.* can't be installed because the package mirror can't be reached: connect/,
  );
});

test('a broken base image is built anew; where that is impossible, it says why', (context) => {
  const images = temporary(context);
  const broken = join(images, imageName());
  mkdirSync(join(broken, 'rootfs/usr/bin'), { recursive: true });
  writeFileSync(join(broken, 'complete'), '');
  const prepare = [NODE, '--import', 'tsx', 'server/setup/prepare.ts', 'bench:create'];
  const { status, stdout, stderr } = run(['unshare', '--net', ...prepare], {
    GLASSBOX_IMAGES: images,
  });
  assert.equal(status, 1);
  assert.match(stdout, /base image +has no \/usr\/bin\/bash, or an empty one: building it anew/);
  assert.match(
    stderr,
    /^The base image can't be built because the Debian mirror can't be reached: connect/,
  );
  assert.ok(
    readdirSync(images).includes(imageName()),
    'the broken one stays until there is another',
  );
});

test('when the tests themselves can not be started, the last line still counts that', () => {
  const { status, stdout } = run([NODE, ...BOOTSTRAP, 'test', 'no-such-suite', '--no-install']);
  assert.equal(status, 1);
  assert.equal(stdout.trimEnd().split('\n').at(-1), '0 passed, 1 failed, 0 skipped');
});
