import { Fieldset, NativeSelect, PasswordInput, Stack, TextInput } from '@mantine/core';
import type { IdentityProvider } from '../../../../../client/index.ts';
import { CopyField } from '../../../shared/copy-field.tsx';
import type { ProviderForm } from './provider-form.ts';

const FORMATS = [
  { value: 'none', label: 'None' },
  { value: 'standard', label: 'Standard Webhooks (Clerk, Svix)' },
  { value: 'auth0', label: 'Auth0 Event Streams' },
];

/** Tokens of programs, and news about people. */
export function MoreFields(props: { form: ProviderForm; provider: IdentityProvider | undefined }) {
  const { form, provider } = props;
  const kept = provider !== undefined && provider.webhookFormat === form.values.webhookFormat;
  return (
    <Fieldset legend="For programs">
      <Stack>
        <TextInput label="Scopes" {...form.getInputProps('scopes')} />
        <TextInput
          label="Audience of its access tokens"
          description="Tokens with this audience open the API; empty: none do"
          placeholder={window.location.origin}
          {...form.getInputProps('bearerAudience')}
        />
        {provider !== undefined && (
          <CopyField
            label="Address where it tells of sign-outs (back-channel logout)"
            value={provider.backchannelLogoutUrl}
          />
        )}
        <NativeSelect
          label="Webhooks"
          description="News of the provider when people are made, changed or deleted"
          data={FORMATS}
          {...form.getInputProps('webhookFormat')}
        />
        {form.values.webhookFormat !== 'none' && (
          <>
            {provider !== undefined && <CopyField label="Address for webhooks" value={provider.webhookUrl} />}
            <PasswordInput
              label="Secret of the webhooks"
              description={kept ? 'Leave it empty to keep the one that is set' : undefined}
              autoComplete="new-password"
              {...form.getInputProps('webhookSecret')}
            />
          </>
        )}
      </Stack>
    </Fieldset>
  );
}
