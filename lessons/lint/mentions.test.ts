import assert from 'node:assert/strict';
import test from 'node:test';
import { CHINESE, change, ENGLISH, lineOf, lint, says } from './fixture.ts';
import { misspellings } from './kernel-words.ts';

test('a link leads to a step of this lesson or of another one, in the language of the page', () => {
  const link = '(#rename)';
  const place = 'Names live';
  says(change(link, '(#renam)'), place, 'Lesson `uts` has no step `renam`. Did you mean `rename`?');
  says(change(link, '(/lessons/utz/)'), place, 'There is no lesson `utz`. Did you mean `uts`?');
  says(
    change(link, '(/lessons/uts/#nmae)').filter((each) => !each.includes('zh.md')),
    place,
    'Lesson `uts` has no step `nmae`.',
  );
  assert.deepEqual(change(link, '(/lessons/uts/#rename)'), []);
  says(
    change(link, '(/zh/lessons/uts/)'),
    place,
    'This link leads to the `zh` page. Did you mean `/lessons/uts/`?',
  );
  const chinese = CHINESE.replace(link, '(/lessons/uts/#ask)');
  assert.deepEqual(lint({ zh: chinese }), [
    'lesson.zh.md:12: This link leads to the `en` page. Did you mean `/zh/lessons/uts/#ask`?',
  ]);
  assert.match(change(link, '(lessons/uts)')[0] ?? '', /`lessons\/uts` leads nowhere\./);
  assert.match(change(link, '(/lessons/uts)')[0] ?? '', /leads nowhere\. Did you mean/);
});

test('a link out of the lab is an address of a page by HTTPS', () => {
  const link = '(#rename)';
  const place = 'Names live';
  assert.deepEqual(change(link, '(https://docs.kernel.org/admin-guide/cgroup-v2.html)'), []);
  says(
    change(link, '(http://docs.kernel.org/)'),
    place,
    '`http://docs.kernel.org/` is no address of a page by HTTPS. Did you mean `https://docs.kernel.org/`?',
  );
  for (const bad of [
    'https://kernel',
    'https://a:b@kernel.org/',
    'javascript:x',
    'ftp://kernel.org/',
  ]) {
    assert.match(change(link, `(${bad})`)[0] ?? '', /is no address of a page by HTTPS/, bad);
  }
});

test('a manual page that is not known is named with the one that was meant', () => {
  says(
    change(':man[unshare(1)]', ':man[unshrae(1)]'),
    'Names live',
    '`unshrae(1)` is not in lessons/lint/man-pages.txt: no such page is known. Did you mean `unshare(1)`?',
  );
  assert.match(
    change('[uts_namespaces(7)]', '[uts_namespace(7)]')[0] ?? '',
    /^lesson\.en\.md:6: .* Did you mean `uts_namespaces\(7\)`\?$/,
  );
});

test('a word that the glossary does not explain is named with the one that was meant', () => {
  says(
    change('{process}', '{proces}'),
    'Now change it.',
    'The glossary has no `proces`: lessons/glossary.en.md. Did you mean `process`?',
  );
});

test('code that is not what its file says is refused', () => {
  assert.deepEqual(lint({ c: 'int main(void) { return 1; }\n' }).slice(0, 1), [
    `lesson.en.md:${lineOf('```c name.c')}: This code is not what files/name.c says.`,
  ]);
  says(
    change('```c name.c', '```c nome.c'),
    '```c name.c',
    'There is no files/nome.c. Did you mean `name.c`?',
  );
});

test('words of the kernel are spelled in one way, wherever a learner reads them', () => {
  const wrong = '`Overlayfs` is spelled in another way. Did you mean `OverlayFS`?';
  for (const place of [
    'Names live',
    'A name',
    'Two processes',
    'Rename it.',
    'That was',
    'The kernel has',
    'In a file',
    'Think.',
    'Two.',
  ]) {
    const problems = change(place, `Overlayfs. ${place}`);
    assert.deepEqual(problems, [`lesson.en.md:${lineOf(place)}: ${wrong}`], place);
  }
});

test('each spelling has its word, in both languages, and code is code', () => {
  const right = (text: string, language: 'en' | 'zh'): string[] =>
    misspellings(text, language).map((each) => each.right);
  assert.deepEqual(right('cgroups v2, cgroupv1, CGroup', 'en'), [
    'cgroup v2',
    'cgroup v1',
    'cgroup',
  ]);
  assert.deepEqual(right('a name space, two NameSpaces', 'en'), ['namespace', 'namespaces']);
  assert.deepEqual(right('pid namespaces and a mnt namespace', 'en'), [
    'PID namespaces',
    'mount namespace',
  ]);
  assert.deepEqual(right('overlayfs, UnionFS, pivot-root', 'en'), [
    'OverlayFS',
    'pivot_root',
    'union file system',
  ]);
  assert.deepEqual(right('Ctrl+C on linux in docker', 'en'), ['Docker', 'Linux', 'Ctrl-C']);
  assert.deepEqual(right('名字空间里的写时拷贝,控制群组', 'zh'), [
    '命名空间',
    '写时复制',
    '控制组',
    '，',
  ]);
  for (const fine of [
    'OverlayFS, cgroup v2, cgroups, a cgroup namespace, namespaces, seccomp, Seccomp, pivot_root',
    'In `docker run` and `overlayfs`, at docs.docker.com and linux/fs.h, runc and containerd',
    'Docker (https) and Linux 5.6: PID namespace, UTS namespace, mount namespace. BusyBox',
  ]) {
    assert.deepEqual(misspellings(fine, 'en'), []);
  }
  assert.deepEqual(misspellings('命名空间、写时复制、控制组，OverlayFS。版本 v1.2', 'zh'), []);
});

test('every check has a hint and is held against a wrong attempt', () => {
  const wrong = ENGLISH.slice(ENGLISH.indexOf(':::wrong[An echo'));
  says(
    lint({ en: ENGLISH.replace(wrong, '') }),
    '```check\ntask: Now give',
    'A check that no wrong attempt is held against: add `:::wrong[What is wrong about it]` … `:::`.',
  );
  says(
    change(':::hint\nWait.\n:::\n', ''),
    '```check\ntask: Now give',
    'A check without a hint: add `:::hint` … `:::`.',
  );
});

test('a lesson ends with three lines of what is known now', () => {
  says(
    lint({ en: ENGLISH.replace('### What you know now', '### So') }),
    '## Rename',
    'The last step ends without `### What you know now` and 3 lines.',
  );
  says(
    lint({ en: ENGLISH.replace('- Three.\n', '') }),
    '## Rename',
    'Under `### What you know now` stands a list of 3 lines.',
  );
  assert.deepEqual(lint({ zh: CHINESE.replace('你现在知道', '现在') }), [
    `lesson.zh.md:${lineOf('## Rename', CHINESE)}: The last step ends without \`### 你现在知道\` and 3 lines.`,
  ]);
});
