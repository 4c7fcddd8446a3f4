import assert from 'node:assert/strict';
import test from 'node:test';
import type { LessonLink } from '../_lesson/lesson-link.ts';
import { firstOpenStep, lessonToOpen } from './resume.ts';

function lesson(id: string, ...steps: string[]): LessonLink {
  return { id, number: 1, title: id, namespace: null, minutes: 5, steps };
}
const pid = lesson('pid', 'look', 'fork');
const uts = lesson('uts', 'look', 'change', 'leave');

test('a lesson that is begun is gone on with, at its first open step', () => {
  const progress = { uts: { look: 1, leave: 2 } };
  assert.deepEqual(lessonToOpen(progress, [pid, uts]), { lesson: uts, begun: true });
  assert.equal(firstOpenStep(progress, uts), 'change');
});

test('without a record the first lesson is begun, at its beginning', () => {
  assert.deepEqual(lessonToOpen({}, [pid, uts]), { lesson: pid, begun: false });
  assert.equal(firstOpenStep({}, pid), undefined);
});

test('after a finished lesson the next one is offered, and after the last one the first', () => {
  const first = { pid: { look: 1, fork: 2 } };
  assert.equal(lessonToOpen(first, [pid, uts])?.lesson, uts);
  const all = { ...first, uts: { look: 1, change: 2, leave: 3 } };
  assert.equal(lessonToOpen(all, [pid, uts])?.lesson, pid);
  assert.equal(firstOpenStep(all, pid), undefined);
});

test('with no lessons there is nothing to open', () => {
  assert.equal(lessonToOpen({}, []), undefined);
});
