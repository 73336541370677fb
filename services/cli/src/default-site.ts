import { fileURLToPath } from 'node:url';

/** The site file where no `--observatory` is given: the one that the services of a deployment read, else that of the real site. */
export const DEFAULT_SITE_FILE =
  process.env['EMSO_OBSERVATORY'] ||
  fileURLToPath(new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url));
