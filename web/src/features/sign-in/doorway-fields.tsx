import { PasswordInput, type PasswordInputProps, TextInput, type TextInputProps } from '@mantine/core';
import { NEW_PASSWORD_HINT } from '../../shared/new-password.ts';

// The fields of the pages before signing in: named, sized and known to password managers in the same way on each.

export function NameField(props: TextInputProps) {
  return <TextInput label="Your name" autoComplete="name" size="md" {...props} />;
}

export function EmailField(props: TextInputProps) {
  return <TextInput label="E-mail address" type="email" autoComplete="username" size="md" {...props} />;
}

export function PasswordField(props: PasswordInputProps) {
  return <PasswordInput label="Password" autoComplete="current-password" size="md" {...props} />;
}

export function NewPasswordField(props: PasswordInputProps) {
  return (
    <PasswordInput
      label="Password"
      description={NEW_PASSWORD_HINT}
      autoComplete="new-password"
      size="md"
      {...props}
    />
  );
}
