import { Button, PasswordInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useDeleteAccount } from '../../../api/account.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';

export function DeleteSection() {
  const navigate = useNavigate();
  const remove = useDeleteAccount();
  const [asking, ask] = useDisclosure();
  const [password, setPassword] = useState('');
  const close = () => {
    remove.reset();
    setPassword('');
    ask.close();
  };
  return (
    <SettingsSection
      title="Delete your account"
      lead="Documents belong to organizations and stay there. An organization whose last administrator you are must get another one first."
    >
      <Button color="rubric" variant="light" onClick={ask.open}>
        Delete…
      </Button>
      <Confirm
        opened={asking}
        title="Delete your account?"
        act="Delete my account"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(password, { onSuccess: () => void navigate({ to: '/sign-in' }) })}
        onClose={close}
      >
        You are signed out everywhere, your API keys end, and you belong to no organization any more. This
        cannot be undone.
        <PasswordInput
          mt="md"
          label="Your password"
          description="Empty if you have none"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      </Confirm>
    </SettingsSection>
  );
}
