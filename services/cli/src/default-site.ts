import { fileURLToPath } from 'node:url';

/** The description of the real site, used where no `--observatory` is given. */
export const DEFAULT_SITE_FILE = fileURLToPath(
  new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url),
);
