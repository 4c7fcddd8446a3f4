import { basename } from 'node:path';
import { quoted, Refusal } from './refusal.ts';
import { BUILT_IN } from './store.ts';

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const HOST = '[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?';
const NAME = new RegExp(
  `^((?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*)(?::([\\w][\\w.-]{0,127}))?$`,
);

/** Where an image comes from when nobody says where from; learners type the rest. */
const USUAL = /^(docker\.io\/library\/|docker\.io\/|index\.docker\.io\/library\/|localhost\/)/;

/** `repository:tag` out of what somebody has written, or `undefined` if it is no name of an image. */
export function imageNameOf(text: string): string | undefined {
  if (text.length > 255) return undefined;
  const [, repository, tag = 'latest'] = NAME.exec(text.replace(USUAL, '')) ?? [];
  return repository === undefined ? undefined : `${repository}:${tag}`;
}

/** The repository that a file stands for when nobody says what is in it. */
const repositoryOfFile = (path: string) =>
  basename(path)
    .replace(/\.(tar|oci|tgz|tar\.gz)$/, '')
    .toLowerCase();

/** Names for an image: those it brings, or one from the name of its file. */
export function namesFor(brought: readonly string[], file: string): readonly string[] {
  const wanted = brought.length === 0 ? [':latest'] : brought;
  return wanted.map((text) => {
    const whole = text.startsWith(':') ? repositoryOfFile(file) + text : text;
    const name = imageNameOf(whole);
    if (name === undefined) {
      throw new Refusal(`${quoted(whole)} is no name for an image: give one after the file`);
    }
    return name;
  });
}

export const isBuiltIn = (name: string) => BUILT_IN.some((each) => name === `${each}:latest`);

/** Lessons count on the images that every lab has. */
export function refuseBuiltIn(name: string): void {
  if (isBuiltIn(name)) {
    throw new Refusal(
      `${quoted(name)} is an image that every lab has, and lessons count on it: give this one another name after the file`,
    );
  }
}
