import { type Static, Type } from 'typebox';
import { Nullable, Timestamp } from '../../../platform/http/schemas.ts';
import { GivenPassword } from '../passwords/passwords.schemas.ts';
import type { Shown } from './verification.ts';

const Code = Type.String({ pattern: '^[0-9]{6}$', description: 'what the authenticator shows' });
const RecoveryCode = Type.String({ minLength: 16, maxLength: 40, description: 'works once' });

/** One of the two. */
const shown = { code: Type.Optional(Code), recoveryCode: Type.Optional(RecoveryCode) };
interface ShownBody {
  readonly code?: string;
  readonly recoveryCode?: string;
}

export const SecondFactorView = Type.Object({
  enabled: Type.Boolean(),
  confirmedAt: Nullable(Timestamp),
  recoveryCodesLeft: Type.Integer(),
});
export type SecondFactorView = Static<typeof SecondFactorView>;

export const BeginBody = Nullable(
  Type.Object(
    {
      currentPassword: Type.Optional({
        ...GivenPassword,
        description: 'not needed within 15 minutes after a sign-in',
      }),
    },
    { additionalProperties: false },
  ),
);

export const SetUpView = Type.Object({
  secret: Type.String({ description: 'base32, to be typed into an authenticator' }),
  uri: Type.String({ description: '`otpauth://`, to be scanned' }),
  qrSvg: Type.String({ description: 'the URI as a QR code, an SVG document' }),
});
export type SetUpView = Static<typeof SetUpView>;

export const ConfirmBody = Type.Object({ code: Code }, { additionalProperties: false });

export const RecoveryCodesView = Type.Object({
  recoveryCodes: Type.Array(Type.String(), { description: 'shown this once; each stands for a code once' }),
});
export type RecoveryCodesView = Static<typeof RecoveryCodesView>;

export const RemoveBody = Type.Object(
  { ...shown, currentPassword: Type.Optional(GivenPassword) },
  { additionalProperties: false },
);

export const RenewBody = Type.Object(shown, { additionalProperties: false });

export const AnswerBody = Type.Object(
  { ...shown, challenge: Type.String({ minLength: 20, maxLength: 200 }) },
  { additionalProperties: false },
);

/** Undefined where not exactly one of the two was given. */
export function shownIn({ code, recoveryCode }: ShownBody): Shown | undefined {
  if (code !== undefined && recoveryCode === undefined) return { code };
  if (recoveryCode !== undefined && code === undefined) return { recoveryCode };
  return undefined;
}
