import { Alert, Button, Group, Modal, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import type { SourceTextBody, UploadAnswer } from '../../../../client/index.ts';
import { useAddText } from '../../api/library.ts';
import { messageOf } from '../../shared/error-state.tsx';
import { LanguageSelect } from '../../shared/language-select.tsx';

type TextFormat = NonNullable<SourceTextBody['mediaType']>;

const FORMATS: readonly { value: TextFormat; label: string }[] = [
  { value: 'text/plain', label: 'Plain text' },
  { value: 'text/markdown', label: 'Markdown' },
  { value: 'text/html', label: 'HTML' },
];

interface Values {
  title: string;
  text: string;
  mediaType: TextFormat;
  language: string | null;
}

/** Makes a document of text from the clipboard. */
export function PasteTextDialog(props: { collectionId: string | undefined; onClose: () => void }) {
  const { collectionId, onClose } = props;
  const add = useAddText();
  const form = useForm<Values>({
    initialValues: { title: '', text: '', mediaType: 'text/plain', language: null },
    validate: { title: isNotEmpty('Give it a title'), text: isNotEmpty('Paste or write the text') },
  });

  const submit = form.onSubmit(({ language, ...rest }) => {
    const body: SourceTextBody = {
      ...rest,
      ...(language === null ? {} : { language }),
      ...(collectionId === undefined ? {} : { collectionId }),
    };
    add.mutate(body, {
      onSuccess: (answer) => {
        tell(answer);
        onClose();
      },
    });
  });

  return (
    <Modal opened onClose={onClose} title="Paste text" size="lg">
      <form noValidate onSubmit={submit}>
        <Stack>
          {add.error !== null && (
            <Alert color="rubric" variant="light" role="alert">
              {messageOf(add.error)}
            </Alert>
          )}
          <TextInput label="Title" maxLength={500} data-autofocus {...form.getInputProps('title')} />
          <Textarea label="Text" autosize minRows={8} maxRows={18} {...form.getInputProps('text')} />
          <Group grow align="flex-start">
            <NativeSelect
              label="Format"
              data={FORMATS.map(({ value, label }) => ({ value, label }))}
              {...form.getInputProps('mediaType')}
            />
            <LanguageSelect
              label="Language"
              value={form.values.language}
              onChange={(language) => form.setFieldValue('language', language)}
            />
          </Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending}>
              Add to the library
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function tell(answer: UploadAnswer) {
  const source = answer.items[0];
  if (source === undefined) return;
  notifications.show(
    source.duplicateOf === undefined
      ? { message: `“${source.title}” was added and is being read.` }
      : { message: `The same text is in the library already, as “${source.title}”.`, color: 'yellow' },
  );
}
