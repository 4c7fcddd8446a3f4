import assert from 'node:assert/strict';
import test from 'node:test';
import type { LessonLink } from '../_lesson/lesson-link.ts';
import { NO_PROGRESS, type Progress } from '../_progress/record.ts';
import { firstOpenStep, lessonToOpen } from './resume.ts';

function lesson(id: string, ...steps: string[]): LessonLink {
  return { id, number: 1, title: id, namespace: null, minutes: 5, steps, quizzes: [] };
}

/** Done in the order given: `pid/look`. */
function done(...places: string[]): Progress {
  const steps = places.map((place, at) => {
    const [lesson = '', step = ''] = place.split('/');
    return { lesson, step, at };
  });
  return { ...NO_PROGRESS, steps };
}

const pid = lesson('pid', 'look', 'fork');
const uts = lesson('uts', 'look', 'change', 'leave');

test('a lesson that is begun is gone on with, at its first open step', () => {
  const progress = done('uts/look', 'uts/leave');
  assert.deepEqual(lessonToOpen(progress, [pid, uts]), { lesson: uts, begun: true });
  assert.equal(firstOpenStep(progress, uts), 'change');
});

test('without a record the first lesson is begun, at its beginning', () => {
  assert.deepEqual(lessonToOpen(NO_PROGRESS, [pid, uts]), { lesson: pid, begun: false });
  assert.equal(firstOpenStep(NO_PROGRESS, pid), undefined);
});

test('after a finished lesson the next one is offered, and after the last one the first', () => {
  const first = ['pid/look', 'pid/fork'];
  assert.equal(lessonToOpen(done(...first), [pid, uts])?.lesson, uts);
  const all = done(...first, 'uts/look', 'uts/change', 'uts/leave');
  assert.equal(lessonToOpen(all, [pid, uts])?.lesson, pid);
  assert.equal(firstOpenStep(all, pid), undefined);
});

test('with no lessons there is nothing to open', () => {
  assert.equal(lessonToOpen(NO_PROGRESS, []), undefined);
});
