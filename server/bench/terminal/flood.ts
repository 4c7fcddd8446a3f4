/**
 * `flood.ts SERVER COUNT`: terminals that print without end and a client that reads them, in a process of
 * its own so that what the client spends is not in the typist's times. "on" and "off" come as messages.
 */
import { openTerminals, server } from './open-terminal.ts';

const [given = '', count = ''] = process.argv.slice(2);
const terminals = await openTerminals(server.parse(JSON.parse(given)), Number(count));

process.on('message', async (message) => {
  for (const terminal of terminals) {
    if (message === 'on') terminal.type('yes\r');
    else terminal.type('\u0003');
  }
  // When it is off, each shell is at its prompt again.
  if (message === 'off') await Promise.all(terminals.map((terminal) => terminal.run('true')));
  process.send?.('done');
});
process.on('disconnect', () => process.exit(0));
process.send?.('done');
