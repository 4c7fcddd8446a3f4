import test from 'node:test';
import { machineWithImages } from '../../testing/box-images.ts';
import { holdStates, type State } from '../../testing/check-states.ts';

const QUIET = '>/dev/null 2>&1 </dev/null';

/** What is true of a container of two processes, whoever made it. */
const sameOf = (marker: string): Pick<State, 'yes' | 'no'> => ({
  yes: [
    {
      container: {
        own: ['pid', 'mnt', 'uts', 'ipc', 'net'],
        first: { pid: 1, argument: marker },
        process: { command: 'sleep', argument: marker },
        processes: 2,
      },
    },
  ],
  no: [
    { container: { own: ['user', 'pid'], process: { argument: marker } } },
    { container: { first: { argument: marker, pid: 2 } } },
    { container: { first: { argument: marker, pid: 1 }, processes: 1 } },
    { container: { first: { argument: marker }, processes: { atLeast: 3 } } },
    { container: { first: { argument: marker }, process: { command: 'init' } } },
    { container: { own: ['pid'], process: { argument: marker } }, atLeast: 2 },
  ],
});

const STATES: readonly State[] = [
  {
    title: 'made by hand',
    script: `
      setsid unshare --pid --mount --uts --ipc --net --cgroup --fork --mount-proc \\
        sh -c 'sleep 4001 & wait; : 4001' ${QUIET} & sleep 0.5`,
    ...sameOf('4001'),
  },
  {
    title: 'made by box',
    script: `
      setsid box run --rm --network none --name two busybox sh -c 'sleep 4002 & wait; : 4002' ${QUIET} &
      sleep 1`,
    ...sameOf('4002'),
  },
  {
    title: 'made with a user namespace, and entered later',
    script: `
      setsid unshare --user --map-root-user --pid --fork sleep 4003 ${QUIET} & sleep 0.5
      setsid nsenter --user --pid --target $(pgrep -f '^sleep 4003') sleep 4004 ${QUIET} & sleep 0.5`,
    yes: [
      {
        container: {
          own: ['user', 'pid'],
          first: { argument: '4003', pid: 1 },
          process: { argument: '4004' },
          processes: 2,
        },
      },
      { container: { own: ['pid'] }, atLeast: 3 },
    ],
    no: [
      { container: { first: { argument: '4004' } } },
      { container: { own: ['user', 'net'] } },
      { container: { process: { command: 'init' } } },
    ],
  },
];

test('a container by hand is found like one that box made', async (context) => {
  await holdStates(context, await machineWithImages(context), STATES);
});
