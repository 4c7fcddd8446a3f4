/** A program and its arguments. */
export type Command = { readonly file: string; readonly arguments: readonly string[] };

/**
 * The program without any descriptor above `last`. Node opens all of its own close-on-exec, but the ptys
 * that node-pty opens are not: no other process may inherit a learner's terminal.
 */
export function withoutDescriptorsAbove(last: number, program: Command): Command {
  const script =
    `cd /proc/self/fd; for number in *; do if ((number > ${last})); then eval "exec $number>&-"; fi; done; ` +
    'cd /; exec "$@"';
  return {
    file: '/bin/bash',
    arguments: ['-c', script, 'bash', program.file, ...program.arguments],
  };
}
