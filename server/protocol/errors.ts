import * as z from 'zod';

/** Every error a learner can meet, with what it means. The pages translate by code; `hint` is for the operator. */
export const ERROR_CODES = {
  'bad-message': 'A message was not understood.',
  'no-such-sandbox': 'The machine is gone.',
  'no-such-lesson': 'There is no such lesson or step.',
  'no-such-terminal': 'There is no such terminal.',
  'no-such-container': 'The container has ended.',
  'too-many-terminals': 'All terminals of the machine are open.',
  'lab-full': 'No more machines can be started now, and too many people wait for one.',
  'too-many-machines': 'Too many machines belong to this address.',
  'too-many-at-once': 'Machines are asked for too fast from this address.',
  'life-maximum': 'The machine lives as long as is allowed already.',
  'others-wait': 'Other people wait for a machine.',
  'create-failed': 'The machine could not be made.',
  'terminal-failed': 'The terminal could not be opened.',
  'warden-unreachable': 'The lab is restarting.',
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

export const errorReport = z.object({
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  /** What was tried, on what, and what the system answered. */
  message: z.string(),
  /** What to do about it. */
  hint: z.string(),
});
export type ErrorReport = z.infer<typeof errorReport>;
