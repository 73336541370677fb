/** The two files of facts beside the site file: read whole and checked, and only ever appended to. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, realpathSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  chainedLine,
  type ExpertFacts,
  type FactText,
  type LineFault,
  readChain,
  readFlags,
  readReleases,
} from '@emso/core';

/** Somebody else appends for as long as it takes to write a line. */
const LOCK_WAIT_SECONDS = 10;

/** Where the facts about a site stand: beside its file, that is beside the file itself where the name is a link to it. */
export function expertFilesOf(siteFile: string): { readonly flags: string; readonly releases: string } {
  const directory = dirname(existsSync(siteFile) ? realpathSync(siteFile) : siteFile);
  return { flags: join(directory, 'flags.jsonl'), releases: join(directory, 'releases.jsonl') };
}

/** The facts beside a site file, none where there is no file, and every fault as `<file>:<line>: …`; `check` knows the site. */
export function readExpertFacts(
  siteFile: string,
  check: (flags: ExpertFacts['flags']) => readonly LineFault[] = () => [],
): { readonly facts: ExpertFacts; readonly faults: string[] } {
  const paths = expertFilesOf(siteFile);
  const faults: string[] = [];
  const said = (path: string, found: readonly LineFault[]): void => {
    for (const { line, message } of found) faults.push(`${path}:${line}: ${message}`);
  };
  const flags = readFlags(textOf(paths.flags, faults));
  const releases = readReleases(textOf(paths.releases, faults));
  said(paths.flags, flags.faults.length > 0 ? flags.faults : check(flags.flags));
  said(paths.releases, releases.faults);
  return { facts: { flags: flags.flags, releases: releases.releases }, faults };
}

/**
 * Appends one fact and returns its line when it is on disk. Who appends at the same time waits. Throws when the file is damaged: a
 * line behind a broken chain would hide where it broke.
 */
export function appendFact(path: string, fact: FactText): number {
  const isNew = !existsSync(path);
  const fd = openSync(path, 'a');
  try {
    // The descriptor's lock goes with it, however this process ends; see lock.ts.
    const flock = spawnSync('flock', ['-w', String(LOCK_WAIT_SECONDS), '3'], {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    });
    if (flock.status !== 0) {
      const found = flock.error?.message ?? `status ${flock.status}`;
      throw new Error(
        `${path}: expected to lock it with flock (package util-linux) within ${LOCK_WAIT_SECONDS} s, found ${found}`,
      );
    }
    const text = readFileSync(path, 'utf8');
    const { facts, faults } = readChain(text);
    if (faults.length > 0) throw new Error(faults.map(({ line, message }) => `${path}:${line}: ${message}`).join('\n'));
    writeSync(fd, `${chainedLine(fact, text)}\n`);
    fsyncSync(fd);
    if (isNew) syncDirectoryOf(path);
    return facts.length + 1;
  } finally {
    closeSync(fd);
  }
}

function syncDirectoryOf(path: string): void {
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function textOf(path: string, faults: string[]): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      faults.push(`${path}: expected a readable file, found ${(error as Error).message}`);
    }
    return '';
  }
}
