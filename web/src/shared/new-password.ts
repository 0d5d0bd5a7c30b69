import { hasLength } from '@mantine/form';

/** What the server asks of a new password, besides that it is none of those that are tried first. */
export const newPassword = hasLength({ min: 10, max: 256 }, 'Use at least 10 characters');
export const NEW_PASSWORD_HINT = 'At least 10 characters';
