import { Fieldset, NativeSelect, PasswordInput, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { IdentityProvider } from '../../../../../client/index.ts';
import { asPreset, PRESET_OPTIONS, PRESETS, type PresetName } from './presets.ts';
import type { ProviderForm } from './provider-form.ts';
import { EMPTY } from './provider-values.ts';

/** Who the provider is, and how we are known there. */
export function RegistrationFields(props: { form: ProviderForm; provider: IdentityProvider | undefined }) {
  const { form, provider } = props;
  const [preset, setPreset] = useState<PresetName>('other');
  const choose = (name: PresetName) => {
    setPreset(name);
    form.setValues({ ...EMPTY, ...PRESETS[name].values });
  };
  return (
    <Stack>
      {provider === undefined && (
        <>
          <NativeSelect
            label="Which provider"
            data={PRESET_OPTIONS}
            value={preset}
            onChange={(event) => choose(asPreset(event.currentTarget.value))}
          />
          <Text size="sm" c="dimmed">
            {PRESETS[preset].hint}
          </Text>
        </>
      )}
      <TextInput
        label="Name on the sign-in page"
        placeholder="Acme"
        maxLength={200}
        {...form.getInputProps('label')}
      />
      <TextInput
        label="Name in addresses"
        description={`The redirect address becomes ${window.location.origin}/api/v1/auth/oidc/${form.values.slug === '' ? '…' : form.values.slug}/callback`}
        placeholder="acme"
        {...form.getInputProps('slug')}
      />
      <TextInput
        label="Issuer"
        description={
          provider === undefined
            ? 'Exactly as in its discovery document; it cannot be changed later'
            : 'It cannot be changed: people are known by it'
        }
        placeholder={PRESETS[preset].issuer}
        readOnly={provider !== undefined}
        {...form.getInputProps('issuer')}
      />
      <Fieldset legend="Our registration there">
        <Stack>
          <TextInput
            label="Client id"
            description="Without one nobody signs in by it in a browser"
            autoComplete="off"
            {...form.getInputProps('clientId')}
          />
          <PasswordInput
            label="Client secret"
            description={
              provider?.hasClientSecret === true ? 'Leave it empty to keep the one that is set' : undefined
            }
            autoComplete="new-password"
            {...form.getInputProps('clientSecret')}
          />
        </Stack>
      </Fieldset>
      <Switch
        label="In use"
        description="Switching it off ends every session that it opened"
        {...form.getInputProps('enabled', { type: 'checkbox' })}
      />
    </Stack>
  );
}
