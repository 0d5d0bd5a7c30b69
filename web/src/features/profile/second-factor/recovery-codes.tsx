import { Alert, Button, Group } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import classes from '../profile.module.css';

/** Shown once, to be kept where the phone is not. */
export function RecoveryCodes(props: { codes: readonly string[]; onKept: () => void }) {
  const { codes, onKept } = props;
  const clipboard = useClipboard({ timeout: 3000 });
  const text = `${codes.join('\n')}\n`;
  return (
    <SettingsSection
      title="Keep these recovery codes"
      lead="Each stands for a code of your authenticator once, for the day when you have lost it. They are shown this once: keep them where your phone is not."
    >
      <Alert variant="light" role="status" mb="md">
        Your second factor is on. You are signed out everywhere else.
      </Alert>
      <ul className={classes.codes} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group mt="md" gap="sm">
        <Button
          variant="light"
          leftSection={clipboard.copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          onClick={() => clipboard.copy(text)}
        >
          {clipboard.copied ? 'Copied' : 'Copy'}
        </Button>
        <Button
          component="a"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="scriptorium-recovery-codes.txt"
          variant="light"
          leftSection={<IconDownload size={16} />}
        >
          Download
        </Button>
        <Button onClick={onKept}>I have kept them</Button>
      </Group>
    </SettingsSection>
  );
}
