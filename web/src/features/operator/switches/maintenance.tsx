import { Alert, Button, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBarrierBlock } from '@tabler/icons-react';
import { useState } from 'react';
import type { MaintenanceBody } from '../../../../../client/index.ts';
import { useMaintenance } from '../../../api/operator.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { ErrorState } from '../../../shared/error-state.tsx';
import { FormError } from '../../../shared/form-error.tsx';
import { formatDate } from '../../../shared/format.ts';
import { SettingsSection } from '../../../shared/settings-section.tsx';

const MEANINGS: Readonly<Record<MaintenanceBody['mode'], string>> = {
  writes: 'Everything can be read, and nothing changed.',
  everything: 'Only operators get in.',
};

export function Maintenance() {
  const { state, begin, end } = useMaintenance();
  return (
    <SettingsSection
      title="Maintenance"
      lead="Work that runs in the background goes on; to stop it too, stop the workers."
    >
      {state.isError && <ErrorState error={state.error} onRetry={() => void state.refetch()} />}
      {state.data === null && <Begin begin={begin} />}
      {state.data !== null && state.data !== undefined && (
        <Stack align="flex-start">
          <FormError error={end.error} />
          <Alert color="rubric" variant="light" icon={<IconBarrierBlock />} w="100%">
            Closed since {formatDate(state.data.since)}: “{state.data.message}”. {MEANINGS[state.data.mode]}
          </Alert>
          <Button loading={end.isPending} onClick={() => end.mutate()}>
            Open the instance again
          </Button>
        </Stack>
      )}
    </SettingsSection>
  );
}

function Begin(props: { begin: ReturnType<typeof useMaintenance>['begin'] }) {
  const { begin } = props;
  const [mode, setMode] = useState<MaintenanceBody['mode']>('writes');
  const [message, setMessage] = useState('');
  const [asking, ask] = useDisclosure();
  return (
    <Stack align="flex-start">
      <SegmentedControl
        aria-label="What is closed"
        data={[
          { value: 'writes', label: 'Close it for changes' },
          { value: 'everything', label: 'Close it wholly' },
        ]}
        value={mode}
        onChange={(value) => setMode(value === 'everything' ? 'everything' : 'writes')}
      />
      <TextInput
        w="100%"
        label="What people are told"
        placeholder="Moving house. Back at noon."
        maxLength={500}
        value={message}
        onChange={(event) => setMessage(event.currentTarget.value)}
      />
      <Button color="rubric" variant="light" disabled={message.trim() === ''} onClick={ask.open}>
        Close the instance…
      </Button>
      <Confirm
        opened={asking}
        title="Close the instance for everybody?"
        act="Close it"
        pending={begin.isPending}
        error={begin.error}
        onConfirm={() => begin.mutate({ mode, message: message.trim() }, { onSuccess: ask.close })}
        onClose={ask.close}
      >
        {MEANINGS[mode]} People are told “{message.trim()}”, at once and on every page.
      </Confirm>
    </Stack>
  );
}
