import { isNotEmpty, matches, useForm } from '@mantine/form';
import type { IdentityProvider } from '../../../../../client/index.ts';
import { EMPTY, type ProviderValues, valuesOf } from './provider-values.ts';

/** Undefined: of a new provider. */
export function useProviderForm(provider: IdentityProvider | undefined) {
  return useForm<ProviderValues>({
    initialValues: provider === undefined ? EMPTY : valuesOf(provider),
    validate: {
      label: isNotEmpty('Give it a name'),
      slug: matches(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'Small letters, digits and hyphens'),
      issuer: matches(/^https?:\/\/\S+$/, 'The address of the issuer begins with https://'),
    },
  });
}

export type ProviderForm = ReturnType<typeof useProviderForm>;
