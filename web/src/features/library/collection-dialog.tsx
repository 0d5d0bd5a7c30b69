import { Alert, Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import type { Collection } from '../../../../client/index.ts';
import { useCollectionActions } from '../../api/library.ts';
import { messageOf } from '../../shared/error-state.tsx';
import { LanguageSelect } from '../../shared/language-select.tsx';

/** Makes a collection, or renames and describes one. */
export function CollectionDialog(props: { collection: Collection | undefined; onClose: () => void }) {
  const { collection, onClose } = props;
  const { create, update } = useCollectionActions();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: {
      name: collection?.name ?? '',
      description: collection?.description ?? '',
      language: collection?.language ?? null,
    },
    validate: { name: isNotEmpty('Give it a name') },
  });
  const error = create.error ?? update.error;

  const submit = form.onSubmit((values) => {
    if (collection !== undefined) {
      update.mutate({ collection, patch: values }, { onSuccess: onClose });
      return;
    }
    create.mutate(values, {
      onSuccess: (made) => {
        onClose();
        void navigate({ to: '/library', search: { collection: made.id } });
      },
    });
  });

  return (
    <Modal
      opened
      onClose={onClose}
      title={collection === undefined ? 'New collection' : 'Edit the collection'}
      centered
    >
      <form noValidate onSubmit={submit}>
        <Stack>
          {error !== null && (
            <Alert color="rubric" variant="light" role="alert">
              {messageOf(error)}
            </Alert>
          )}
          <TextInput label="Name" maxLength={200} data-autofocus {...form.getInputProps('name')} />
          <Textarea
            label="Description"
            description="What belongs here, for the people who come later"
            autosize
            minRows={2}
            maxLength={2000}
            {...form.getInputProps('description')}
          />
          <LanguageSelect
            label="Language"
            description="Leave it open when documents differ"
            value={form.values.language}
            onChange={(language) => form.setFieldValue('language', language)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending || update.isPending}>
              {collection === undefined ? 'Make the collection' : 'Save'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
