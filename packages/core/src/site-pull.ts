/** The site file's `pull`: which trees of daily files are fetched from where, and when. */
import { z } from 'zod';
import { expected } from './config-fault.ts';

const text = z.string().min(1);
/** An absolute path without anything that a shell at the far end would read as more than a path. */
export const farPath = z
  .string()
  .regex(/^\/[A-Za-z0-9._/+@-]*$/, expected('an absolute path of letters, digits and the characters . _ / + @ -'));
export const hostName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, expected('a host name such as shore.example.org'));
export const userName = z.string().regex(/^[A-Za-z_][A-Za-z0-9._-]*$/, expected('a user name'));

const sourceConfig = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/, expected('lower-case letters, digits and hyphens')),
  /** Absent: the trees are mounted on this machine. */
  host: hostName.optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  user: userName.optional(),
  /** The private key and the known hosts of ssh, as paths; ssh's own where they are absent. */
  identityFile: text.optional(),
  knownHostsFile: text.optional(),
  /** The trees that hold daily files, absolute, at the far end. */
  roots: z.array(farPath).min(1),
});

export const pullConfig = z
  .strictObject({
    sources: z.array(sourceConfig).min(1),
    /** When the files of days that are over are fetched, on the clock of `timeZone`. */
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, expected('a time of day such as "01:30", in quotes'))
      .default('01:30'),
    timeZone: z
      .string()
      .regex(/^[A-Za-z]+([/_+-][A-Za-z0-9_+-]+)*$/, expected('a time zone such as Europe/Paris'))
      .default('UTC'),
    /** How often the files of today are fetched with --follow. */
    followEveryMs: z.number().int().min(1000).max(86_400_000).default(300_000),
    /** Older days are left where they are. */
    since: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, expected('a day such as 2026-01-01'))
      .optional(),
    /** Where files are received, and where they go when they are in the archive; below the pull directory where absent. */
    incoming: text.optional(),
    treated: text.optional(),
  })
  .superRefine(({ sources }, context) => {
    const ids = sources.map(({ id }) => id);
    ids.forEach((id, i) => {
      if (ids.indexOf(id) !== i)
        context.addIssue({
          code: 'custom',
          path: ['sources', i, 'id'],
          message: `expected an id of its own, found '${id}' twice`,
        });
    });
  });

export type PullConfig = z.output<typeof pullConfig>;
export type PullSource = PullConfig['sources'][number];
