import { Button, Checkbox, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import type { ApiKeyBody } from '../../../../../client/index.ts';
import { useApiKeyActions } from '../../../api/api-keys.ts';
import { useMe } from '../../../api/identity.ts';
import { fieldErrors } from '../../../shared/field-errors.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { asRole, isAtLeast, ROLE_OPTIONS, type Role } from '../../../shared/roles.ts';
import { SecretOnce } from '../../../shared/secret-once.tsx';
import classes from '../profile.module.css';
import { isScope, lifetimesFor, scopesFor } from './scopes.ts';

interface Values {
  name: string;
  scopes: string[];
  role: Role;
  days: string;
}

export function NewApiKeyDialog(props: { onClose: () => void }) {
  const { make } = useApiKeyActions();
  const made = make.data;
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={made === undefined ? 'Make an API key' : `The key “${made.name}”`}
      size="lg"
      // A click beside the dialog must not lose what is shown once.
      closeOnClickOutside={made === undefined}
    >
      {made === undefined ? (
        <NewApiKeyForm make={make} onClose={props.onClose} />
      ) : (
        <Stack>
          <SecretOnce label="API key" value={made.key}>
            Copy it to where the program finds it. It is shown this once; programs send it as{' '}
            <code>Authorization: Bearer</code>.
          </SecretOnce>
          <Group justify="flex-end">
            <Button onClick={props.onClose}>I have kept it</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

interface FormProps {
  readonly make: ReturnType<typeof useApiKeyActions>['make'];
  readonly onClose: () => void;
}

function NewApiKeyForm(props: FormProps) {
  const { make, onClose } = props;
  const { organization } = useMe();
  const form = useForm<Values>({
    initialValues: { name: '', scopes: [], role: organization.role, days: '90' },
    validate: {
      name: isNotEmpty('Give it a name'),
      scopes: (scopes) => (scopes.length === 0 ? 'Choose at least one' : null),
    },
  });
  const submit = form.onSubmit((values) =>
    make.mutate(bodyOf(values), { onError: (error) => form.setErrors(fieldErrors(error)) }),
  );
  const { onChange, ...role } = form.getInputProps('role');
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        <FormError error={make.error} />
        <TextInput
          label="Name"
          description="Says which program has it"
          maxLength={200}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Checkbox.Group label="What it is for" {...form.getInputProps('scopes')}>
          <div className={classes.scopes}>
            {scopesFor(form.values.role).map(({ value, label }) => (
              <Checkbox key={value} value={value} label={label} description={value} />
            ))}
          </div>
        </Checkbox.Group>
        <Group grow align="flex-start">
          <NativeSelect
            label="At most as"
            data={ROLE_OPTIONS.filter(({ value }) => isAtLeast(organization.role, value))}
            {...role}
            onChange={(event) => {
              const chosen = asRole(event.currentTarget.value) ?? organization.role;
              const possible = scopesFor(chosen).map(({ value }) => value);
              onChange(chosen);
              form.setFieldValue('scopes', (scopes) =>
                scopes.filter((scope) => isScope(scope) && possible.includes(scope)),
              );
            }}
          />
          <NativeSelect
            label="Works for"
            data={lifetimesFor(organization.role)}
            {...form.getInputProps('days')}
          />
        </Group>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending}>
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function bodyOf({ name, scopes, role, days }: Values): ApiKeyBody {
  return {
    name: name.trim(),
    scopes: scopes.filter(isScope),
    role,
    expiresInDays: days === '' ? null : Number(days),
  };
}
