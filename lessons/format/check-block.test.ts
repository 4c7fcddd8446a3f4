import assert from 'node:assert/strict';
import test from 'node:test';
import { change, lineOf, says } from '../lint/fixture.ts';

const CONDITION = 'namespace: { type: uts, of: other }';
const LABEL = '  - label: There is a second name';

/** What the linter says of this in place of the first condition. */
function condition(yaml: string): string[] {
  return change(CONDITION, yaml);
}

const line = lineOf(CONDITION);

test('an unknown key of a check is named with the one that was meant', () => {
  assert.deepEqual(change('task: Rename', 'tasks: Rename'), [
    `lesson.en.md:${lineOf('```check')}: Check: \`task\` is missing, a text.`,
    `lesson.en.md:${lineOf('task: Rename')}: Unknown check key \`tasks\`. Known: \`task\`, \`done\`, ` +
      '`conditions`, `hints`. Did you mean `task`?',
  ]);
  assert.deepEqual(condition('namespce: { type: uts, of: other }'), [
    `lesson.en.md:${line}: Unknown check key \`namespce\`. Known: \`process\`, \`atLeast\`, \`beside\`, ` +
      '`namespace`, `container`, `group`, `overlay`, `file`, `probe`, `cgroup`, `all`, `any`, `not`, ' +
      '`sequence`. Did you mean `namespace`?',
  ]);
});

test('an unknown key is named at every depth of every assertion, from the schema of the protocol', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['namespace: { type: uts, off: other }', 'off', 'of'],
    ['process: { comand: sh }', 'comand', 'command'],
    ['process: { namespaces: { ust: other } }', 'ust', 'uts'],
    ['process: { uid: { owm: 0 } }', 'owm', 'own'],
    ['process: { capabilities: { effectiv: {} } }', 'effectiv', 'effective'],
    ['process: { capabilities: { effective: { hass: [] } } }', 'hass', 'has'],
    ['process: { oomScoreAdjust: { atleast: 1 } }', 'atleast', 'atLeast'],
    ['{ process: {}, beside: { process: {}, share: [net] } }', 'share', 'shares'],
    [
      'namespace: { type: user, of: other, uidMap: { inside: 0, outside: 1, cuont: 1 } }',
      'cuont',
      'count',
    ],
    ['namespace: { type: net, of: other, interface: { nmae: eth0 } }', 'nmae', 'name'],
    ['namespace: { type: net, of: other, route: { too: default } }', 'too', 'to'],
    ['namespace: { type: mnt, of: other, mount: { targte: /mnt } }', 'targte', 'target'],
    ['namespace: { type: ipc, of: other, lacks: { queu: { kind: messages } } }', 'queu', 'queue'],
    ['namespace: { type: uts, of: other, hostname: { nto: machine } }', 'nto', 'not'],
    ['namespace: { type: time, of: other, offsets: { boottim: 1 } }', 'boottim', 'boottime'],
    ['container: { frist: { pid: 1 } }', 'frist', 'first'],
    ['container: { first: { pdi: 1 } }', 'pdi', 'pid'],
    ['group: { files: [{ nam: pids.max, is: "20" }] }', 'nam', 'name'],
    ['overlay: { file: { pth: a } }', 'pth', 'path'],
    ['file: { of: machine, path: /a, contian: x }', 'contian', 'contains'],
    ['file: { of: { proces: {} }, path: /a }', 'proces', 'process'],
    ['probe: { comand: [true] }', 'comand', 'command'],
    ['not: { procss: {} }', 'procss', 'process'],
    ['all: [{ any: [{ not: { sequenc: [] } }] }]', 'sequenc', 'sequence'],
  ];
  for (const [yaml, wrong, meant] of cases) {
    const inside = yaml.startsWith('{') ? yaml.slice(2, -2) : yaml;
    const written = inside.startsWith('process: {}, ')
      ? inside.replace('process: {}, ', 'process: {}\n    ')
      : inside;
    const said = condition(written).join('\n');
    const expected = new RegExp(
      `Unknown check key \`${wrong}\`\\. Known: .* Did you mean \`${meant}\`\\?`,
    );
    assert.match(said, expected, yaml);
  }
});

test('a key on a line of its own is named on that line', () => {
  const yaml = 'all:\n      - namespace:\n          type: uts\n          off: other';
  assert.match(
    condition(yaml).join('\n'),
    new RegExp(`^lesson\\.en\\.md:${line + 3}: Unknown check key \`off\``, 'm'),
  );
});

test('a value that does not fit is named with its place and what would fit', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['namespace: { type: uts, of: outside }', 'Unknown `of` `outside`. Known: `machine`, `other`.'],
    [
      'namespace: { type: utz, of: other }',
      'Unknown `type` `utz`. Known: `user`, `mnt`, `pid`, `net`, `ipc`, `uts`, `cgroup`, `time`. Did you mean `uts`?',
    ],
    ['process: { pid: one }', 'Check `conditions.0.process.pid`: must be a whole number.'],
    [
      'process: { noNewPrivileges: maybe }',
      'Check `conditions.0.process.noNewPrivileges`: must be `true` or `false`.',
    ],
    [
      'namespace: { type: ipc, of: other, queue: { kind: messages, count: few } }',
      'Check `conditions.0.namespace.queue.count`: must be a whole number or `{ atLeast: …, atMost: … }`.',
    ],
    ['cgroup: 3', 'Check `conditions.0.cgroup`: must be `1` or `2`.'],
    [
      'file: { of: machine, path: tmp }',
      'Check `conditions.0.file.path`: must be an absolute path.',
    ],
    [
      'process: { oomScoreAdjust: {} }',
      'Check `conditions.0.process.oomScoreAdjust`: nothing is asked. Known: `atLeast`, `atMost`.',
    ],
    [
      'namespace: { of: other }',
      'Check `conditions.0.namespace`: `type` is missing, `user` or `mnt` or `pid` or `net` or `ipc` or `uts` or `cgroup` or `time`.',
    ],
  ];
  for (const [yaml, sentence] of cases) {
    assert.deepEqual(condition(yaml), [`lesson.en.md:${line}: ${sentence}`], yaml);
  }
});

test('two assertions in one condition, and none, are refused', () => {
  assert.match(
    condition('namespace: { type: uts, of: other }\n    process: { command: sh }')[0] ?? '',
    /: `(?:process|namespace)` does not stand beside `(?:process|namespace)`\. Did you mean `all: \[ … \]`\?$/,
  );
  assert.match(change(`\n    ${CONDITION}`, '')[0] ?? '', /nothing is asked\. Known: `process`/);
});

test('what has the right form and can not be meant is refused', () => {
  assert.deepEqual(condition('namespace: { type: pid, of: other, hostname: glass }'), [
    `lesson.en.md:${line}: A namespace of type \`pid\` has no \`hostname\`. Did you mean \`type: uts\`?`,
  ]);
  assert.match(
    condition('namespace: { type: uts, of: other, lacks: { interface: { name: lo } } }')[0] ?? '',
    /type `uts` has no `interface`\. Did you mean `type: net`\?$/,
  );
  assert.match(
    condition('not: { process: { capabilities: { bounding: { lacks: [CAP_SYS_ADMNI] } } } }')[0] ??
      '',
    /Unknown capability `CAP_SYS_ADMNI`\..* Did you mean `CAP_SYS_ADMIN`\?$/,
  );
});

test('a state hint is examined as a condition is', () => {
  const when = 'when: { namespace: { type: uts, of: machine, hostname: new } }';
  assert.match(
    change(when, 'when: { namespace: { type: uts, fo: machine } }').join('\n'),
    /Unknown check key `fo`.* Did you mean `of`\?/,
  );
  assert.match(
    change(when, 'wen: { cgroup: 1 }').join('\n'),
    /Unknown check key `wen`.* Did you mean `when`\?/,
  );
  assert.match(
    change(when, 'when: { namespace: { type: net, of: machine, hostname: new } }')[0] ?? '',
    /has no `hostname`/,
  );
});

test('YAML that is no YAML is named with its line, and a backtick is shown the way', () => {
  assert.match(
    condition('namespace: { type: uts, of: other')[0] ?? '',
    /^lesson\.en\.md:\d+: YAML: /,
  );
  says(
    change(LABEL, '  - label: `x` is there'),
    LABEL,
    'A text that begins with ` stands in quotation marks.',
  );
});

test('a check without a task and one with an empty label are refused', () => {
  says(change('task: Rename it.\n', ''), '```check', 'Check: `task` is missing, a text.');
  assert.match(change(LABEL, '  - label: ""')[0] ?? '', /Check `conditions\.0\.label`: /);
});
