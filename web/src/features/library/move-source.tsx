import { Button, Group, Modal, NativeSelect, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import type { Source } from '../../../../client/index.ts';
import { useCollections, useSourceActions } from '../../api/library.ts';
import { FormError } from '../../shared/form-error.tsx';

/** Puts a document into another collection, or into none. */
export function MoveSource(props: { source: Source; onClose: () => void }) {
  const { source, onClose } = props;
  const { move } = useSourceActions();
  const collections = useCollections();
  const here = source.collectionId ?? '';
  const [chosen, choose] = useState(here);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    move.mutate(
      { id: source.id, collectionId: chosen === '' ? null : chosen },
      {
        onSuccess: () => {
          onClose();
          notifications.show({ message: `“${source.title}” was moved.` });
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title="Move this document" centered>
      <form onSubmit={submit}>
        <Stack>
          <FormError error={move.error} />
          <NativeSelect
            label="Collection"
            description={`Where “${source.title}” belongs. Citations of it stay good.`}
            data-autofocus
            data={[
              { value: '', label: 'No collection' },
              ...(collections.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
            ]}
            value={chosen}
            onChange={(event) => choose(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={move.isPending} disabled={chosen === here}>
              Move
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
