import type { ImageConfiguration } from './oci.ts';
import type { ImageReference } from './reference.ts';
import { quoted, Refusal } from './refusal.ts';

const USUAL_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** How a container of an image is started, in the form that `box` reads. */
export function resolveConfiguration({
  config,
  created,
}: ImageConfiguration): Omit<ImageReference, 'manifest' | 'image' | 'size' | 'layers'> {
  const environment = checked(config?.Env ?? [], 'an environment variable');
  const wrong = environment.find((variable) => !/^[^=]+=/.test(variable));
  if (wrong !== undefined) throw new Refusal(`${quoted(wrong)} is no environment variable`);
  const [workdir = ''] = checked([config?.WorkingDir ?? ''], 'the working directory');
  const ports = Object.keys(config?.ExposedPorts ?? {});
  const port = ports.find((each) => !/^\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/.test(each));
  if (port !== undefined) throw new Refusal(`${quoted(port)} is no port`);
  const stopSignal = config?.StopSignal || undefined;
  if (stopSignal !== undefined && !/^(SIG)?[A-Z0-9+-]{1,16}$/i.test(stopSignal)) {
    throw new Refusal(`${quoted(stopSignal)} is no signal`);
  }
  const user = config?.User || '0';
  if (!/^[\w.-]+(:[\w.-]+)?$/.test(user)) throw new Refusal(`${quoted(user)} is no user`);
  const time = new Date(created ?? 0);
  return {
    created: (Number.isNaN(time.getTime()) ? new Date(0) : time)
      .toISOString()
      .replace(/\.\d+Z$/, 'Z'),
    environment: environment.some((variable) => variable.startsWith('PATH='))
      ? environment
      : [USUAL_PATH, ...environment],
    workdir: workdir.startsWith('/') ? workdir : `/${workdir}`,
    user,
    entrypoint: checked(config?.Entrypoint ?? [], 'the entrypoint'),
    command: checked(config?.Cmd ?? [], 'the command'),
    expose: ports.map((each) => (each.includes('/') ? each : `${each}/tcp`)),
    stopSignal,
  };
}

/** The kernel ends every argument and variable at a NUL. */
function checked(words: readonly string[], what: string): readonly string[] {
  const bad = words.find((word) => word.includes('\0'));
  if (bad !== undefined) throw new Refusal(`${what} of its configuration has a NUL in it`);
  return words;
}
