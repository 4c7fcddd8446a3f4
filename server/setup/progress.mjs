const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const NAME_WIDTH = 20;

/**
 * One line on the terminal for one stage: its name, what it is doing, then how long it took or that
 * nothing had to be done. Where the output is no terminal: one line when it begins to work, one at the end.
 *
 * @typedef {{ working: (doing: string) => void }} StageLine
 *
 * @param {string} name
 * @param {(line: StageLine) => Promise<string | undefined>} work  Gives the closing word, if it wants another.
 */
export async function showStage(name, work) {
  const live = process.stdout.isTTY;
  const started = performance.now();
  let doing = '';
  let frame = 0;
  const draw = () => {
    const seconds = Math.floor((performance.now() - started) / 1000);
    const mark = FRAMES[frame++ % FRAMES.length];
    process.stdout.write(
      `\r\x1b[K${mark} ${name.padEnd(NAME_WIDTH)} ${doing}${seconds > 0 ? `, ${seconds} s` : ''}`,
    );
  };
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const finish = (/** @type {string} */ mark, /** @type {string} */ word) => {
    clearInterval(timer);
    process.stdout.write(`${live ? '\r\x1b[K' : ''}${mark} ${name.padEnd(NAME_WIDTH)} ${word}\n`);
  };
  try {
    const word = await work({
      working(text) {
        doing = text;
        if (!live) process.stdout.write(`… ${name.padEnd(NAME_WIDTH)} ${text}\n`);
        else timer ??= setInterval(draw, 100);
      },
    });
    finish('✓', word ?? `${((performance.now() - started) / 1000).toFixed(1)} s`);
  } catch (reason) {
    finish('✗', 'failed');
    throw reason;
  }
}
