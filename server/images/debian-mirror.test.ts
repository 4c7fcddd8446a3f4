import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { hostMirrorLines } from './debian-mirror.ts';

const KEY = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';

function makeEtc(context: TestContext, files: Record<string, string>): string {
  const etc = mkdtempSync(join(tmpdir(), 'glassbox-mirror-'));
  context.after(() => rmSync(etc, { recursive: true }));
  mkdirSync(join(etc, 'apt/sources.list.d'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(etc, 'apt', name), text);
  return etc;
}

const DEBIAN = { ID: 'debian', VERSION_CODENAME: 'trixie' };

test('the mirrors of a Debian host are used for the image, whatever release the host is', (context) => {
  const etc = makeEtc(context, {
    'sources.list.d/debian.sources': `Types: deb
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main

Types: deb
URIs: http://mirror.example/debian-security
Suites: trixie-security
Components: main
`,
    'sources.list.d/node.sources': 'Types: deb\nURIs: http://node.example/\nSuites: nodistro\n',
  });
  assert.deepEqual(hostMirrorLines('bookworm', etc, DEBIAN), [
    `deb ${KEY} http://mirror.example/debian bookworm main`,
    `deb ${KEY} http://mirror.example/debian bookworm-updates main`,
    `deb ${KEY} http://mirror.example/debian-security bookworm-security main`,
  ]);
});

test('sources in the old form are read as well, comments and source packages are not', (context) => {
  const etc = makeEtc(context, {
    'sources.list': `# deb http://old.example/debian trixie main
deb-src http://source.example/debian trixie main
deb [arch=amd64] http://mirror.example/debian trixie main contrib
`,
  });
  assert.deepEqual(hostMirrorLines('bookworm', etc, DEBIAN), [
    `deb ${KEY} http://mirror.example/debian bookworm main`,
  ]);
});

test('on a host that is not Debian the choice is left to mmdebstrap', (context) => {
  const etc = makeEtc(context, { 'sources.list': 'deb http://mirror.example/ubuntu noble main\n' });
  assert.deepEqual(
    hostMirrorLines('bookworm', etc, { ID: 'ubuntu', VERSION_CODENAME: 'noble' }),
    [],
  );
});
