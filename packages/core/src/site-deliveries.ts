/** The site file's `deliveries`: who gets which files, and how. Secrets stand in files that are named here, never here. */
import { z } from 'zod';
import { expected } from './config-fault.ts';
import { farPath, hostName, userName } from './site-pull.ts';

const id = z.string().regex(/^[a-z0-9-]+$/, expected('lower-case letters, digits and hyphens'));

const shared = {
  id,
  /** What is sent; validated files are never replaced by others of the same name without being sent again. */
  files: z.array(z.enum(['csv', 'netcdf', 'manifest', 'released'])).min(1),
  /** Only these; all where neither is given. */
  sensors: z.array(id).min(1).optional(),
  datasets: z.array(z.string().min(1)).min(1).optional(),
  /** Days that may still grow too; they are sent again whenever they changed. */
  openDays: z.boolean().default(false),
  /** Older days are not sent. */
  since: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, expected('a day such as 2026-01-01'))
    .optional(),
};

const remote = {
  host: hostName,
  port: z.number().int().min(1).max(65_535).optional(),
  user: userName.optional(),
  /** The private key and the known hosts of ssh, as paths; ssh's own where they are absent. */
  identityFile: z.string().min(1).optional(),
  knownHostsFile: z.string().min(1).optional(),
  path: farPath,
};

const deliveryConfig = z.discriminatedUnion('kind', [
  z.strictObject({ ...shared, kind: z.literal('directory'), path: farPath }),
  /** Without a host the directory is on this machine. */
  z.strictObject({ ...shared, kind: z.literal('rsync'), ...remote, host: hostName.optional() }),
  z.strictObject({
    ...shared,
    kind: z.literal('sftp'),
    ...remote,
    /** Files are read back and compared; false for a drop box that may not be read. */
    readBack: z.boolean().default(true),
  }),
]);

export const deliveriesConfig = z.array(deliveryConfig).superRefine((deliveries, context) => {
  const ids = deliveries.map((each) => each.id);
  ids.forEach((each, i) => {
    if (ids.indexOf(each) !== i)
      context.addIssue({
        code: 'custom',
        path: [i, 'id'],
        message: `expected an id of its own, found '${each}' twice`,
      });
  });
});

export type DeliveryConfig = z.output<typeof deliveryConfig>;
