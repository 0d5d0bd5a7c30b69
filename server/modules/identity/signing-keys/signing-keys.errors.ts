import { AppError } from '../../../kernel/errors.ts';

export function rotationUnderWay(activeFrom: string): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.rotation_under_way',
    safeMessage: `The next key is published already and signs from ${activeFrom} on. To change keys at once, end all sessions.`,
    details: { activeFrom },
  });
}
