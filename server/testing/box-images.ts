import type { TestContext } from 'node:test';
import { imageStoreAttachment } from '../images/store.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import { parseOptions } from '../setup/options.mjs';
import { Machine } from './machine.ts';

/** A machine with nothing in its store. */
export const machine = (context: TestContext, idBase = 100_000) =>
  Machine.make(context, [], { idBase });

/** A machine with the images that every learner has, and what else it needs. */
export const machineWithImages = (context: TestContext, needs: readonly SandboxNeed[] = []) =>
  Machine.make(context, [imageStoreAttachment(parseOptions([], process.env).images)], { needs });

/** An image of two layers on nothing, `base`. */
export const BASE = `
mkdir -p /tmp/base && cd /tmp/base
head -c 200000 /dev/urandom > data; echo small > small
cat > Dockerfile <<'END'
FROM scratch
COPY data /bin/data
COPY small /bin/small
ENV PATH=/bin
CMD ["sh"]
END
box build -q -t base .
`;

/** An application of three layers on it. */
export const APP = `
mkdir -p /tmp/app/www && cd /tmp/app
echo one > www/one; echo two > www/two; echo settings > settings
cat > Dockerfile <<'END'
FROM base
COPY www /srv/www/
COPY settings /etc/settings
LABEL version=1
CMD ["httpd", "-f"]
END
`;

export const made = async (shell: Machine, ...scripts: readonly string[]) => {
  for (const script of scripts) await shell.succeed(script);
};

/** The steps of a build that were not done again. */
export const cachedSteps = (output: string) =>
  [...output.matchAll(/^Step (\d+)\/\d+ .*\n ---> Using cache$/gm)].map(([, step]) => Number(step));
