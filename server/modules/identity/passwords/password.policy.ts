import { invalidField, passwordTooCommon } from './passwords.errors.ts';

/** Characters (code points). */
const MIN_PASSWORD = 10;
const MAX_PASSWORD = 256;

/** What somebody who knows the person, or this product, tries first. */
export interface PasswordContext {
  readonly email?: string;
  readonly name?: string;
}

/**
 * Length, and that it is not one that is tried first (NIST SP 800-63B-4, 3.1.1.2): the whole password is compared, in
 * small letters, and nothing is asked of its composition. Throws `identity.invalid_account`, `identity.password_too_common`.
 */
export async function checkPassword(
  password: string,
  context: PasswordContext,
  path = '/password',
): Promise<string> {
  const length = [...password].length;
  if (length < MIN_PASSWORD || length > MAX_PASSWORD) {
    throw invalidField(path, `A password has ${MIN_PASSWORD} to ${MAX_PASSWORD} characters.`);
  }
  const plain = plainOf(password);
  const { email = '', name = '' } = context;
  const expected = [email, email.split('@')[0] ?? '', name, 'scriptorium'];
  const guessable = expected.some((word) => word !== '' && isRepetition(plain, plainOf(word)));
  if (guessable || isRepetition(plain, plain.charAt(0)) || (await commonPasswords()).has(plain)) {
    throw passwordTooCommon(path);
  }
  return password;
}

function plainOf(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s/g, '');
}

/** `scriptoriumscriptorium` is `scriptorium` to whoever guesses. */
function isRepetition(text: string, word: string): boolean {
  return word !== '' && text.replaceAll(word, '') === '';
}

let common: Promise<ReadonlySet<string>> | undefined;

/** Those of the 49,000 most used passwords (zxcvbn's list) that are long enough; read when first needed. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) =>
      new Set(dictionary['passwords-common'].map(String).filter((word) => word.length >= MIN_PASSWORD)),
  );
  return common;
}
