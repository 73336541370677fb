/** The account at the catalogue: it comes from files or the environment, and its words never reach a log, an error or a status. */
import { readFileSync } from 'node:fs';
import { escapeXml } from '@emso/core/xml';
import { z } from 'zod';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Picked into the environment schema of who needs an account. The descriptions are error texts. */
export const CREDENTIALS_ENV = {
  EMSO_GEONETWORK_USER: z.string().min(1).optional().describe('the name of the account at the catalogue'),
  EMSO_GEONETWORK_USER_FILE: z.string().min(1).optional().describe('a file that holds the name of the account'),
  EMSO_GEONETWORK_PASSWORD: z.string().min(1).optional().describe('the password of the account'),
  EMSO_GEONETWORK_PASSWORD_FILE: z.string().min(1).optional().describe('a file that holds the password'),
} as const;

export type CredentialsEnv = { readonly [Name in keyof typeof CREDENTIALS_ENV]?: string | undefined };

/**
 * The account that the environment names; undefined when it names none. A file goes before a value. Throws an Error saying which
 * variable is at fault, without its value.
 */
export function readCredentials(env: CredentialsEnv): Credentials | undefined {
  const user = secret('EMSO_GEONETWORK_USER', env);
  const password = secret('EMSO_GEONETWORK_PASSWORD', env);
  if (user === undefined && password === undefined) return undefined;
  if (user === undefined || password === undefined) {
    const missing = user === undefined ? 'EMSO_GEONETWORK_USER' : 'EMSO_GEONETWORK_PASSWORD';
    throw new Error(`${missing}: expected it, or ${missing}_FILE, beside the other half of the account, found nothing`);
  }
  return { user, password };
}

function secret(name: 'EMSO_GEONETWORK_USER' | 'EMSO_GEONETWORK_PASSWORD', env: CredentialsEnv): string | undefined {
  const file = env[`${name}_FILE`];
  if (!file) return env[name] || undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${name}_FILE: expected a readable file, found ${(error as NodeJS.ErrnoException).code}: ${file}`, {
      cause: error,
    });
  }
  // Editors end a file with a line feed.
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw new Error(`${name}_FILE: expected a file that is not empty: ${file}`);
  return value;
}

export type Redact = (text: string) => string;

const HIDDEN = '…';

/** A function that takes the account out of a text, however it is written there: plain, in an address, in a header, escaped. */
export function redactor(credentials: Credentials | undefined): Redact {
  const patterns: RegExp[] = [];
  if (credentials !== undefined) {
    const { user, password } = credentials;
    const written = new Set([basicToken(credentials), ...spellings(password)]);
    patterns.push(
      new RegExp(
        [...written]
          .sort((a, b) => b.length - a.length)
          .map(escapeRegExp)
          .join('|'),
        'g',
      ),
    );
    // Often a word that also stands elsewhere: only where it is a word.
    patterns.push(new RegExp(`(?<![\\w.-])(?:${[...spellings(user)].map(escapeRegExp).join('|')})(?![\\w-])`, 'g'));
  }
  return (text) =>
    patterns
      .reduce((out, pattern) => out.replace(pattern, HIDDEN), text)
      .replace(/:\/\/[^@/\s]*@/g, `://${HIDDEN}@`)
      .replace(/\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]{4,}/gi, `$1 ${HIDDEN}`);
}

/** What stands behind `Basic ` in the header. */
export function basicToken({ user, password }: Credentials): string {
  return Buffer.from(`${user}:${password}`, 'utf8').toString('base64');
}

function spellings(secretText: string): Set<string> {
  return new Set([
    secretText,
    encodeURIComponent(secretText),
    encodeURI(secretText),
    new URLSearchParams({ s: secretText }).toString().slice(2),
    JSON.stringify(secretText).slice(1, -1),
    escapeXml(secretText),
    secretText.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    secretText.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    Buffer.from(secretText, 'utf8').toString('base64'),
  ]);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
