import { ActionIcon, Button, Fieldset, Group, NativeSelect, Stack, Switch, TextInput } from '@mantine/core';
import { randomId } from '@mantine/hooks';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { ROLE_OPTIONS } from '../../../shared/roles.ts';
import { OrganizationSelect } from '../organization-select.tsx';
import type { ProviderForm } from './provider-form.ts';
import classes from './providers.module.css';

/** Who gets in by it, where to and as what. */
export function PeopleFields(props: { form: ProviderForm }) {
  const { form } = props;
  return (
    <>
      <Destinations form={form} />
      <Fieldset legend="Who gets in">
        <Stack>
          <TextInput
            label="Mail domains"
            description="Whole domains, separated by spaces; empty: any"
            placeholder="acme.example"
            {...form.getInputProps('emailDomains')}
          />
          <Switch
            label="Make accounts for whoever comes"
            {...form.getInputProps('createUsers', { type: 'checkbox' })}
          />
          <Switch
            label="Join to an existing account with the same address"
            description="Where both sides have verified it"
            {...form.getInputProps('linkVerifiedEmail', { type: 'checkbox' })}
          />
          <Switch
            label="Its addresses count as verified without its saying so"
            description="Only with your own mail domains"
            {...form.getInputProps('trustEmail', { type: 'checkbox' })}
          />
        </Stack>
      </Fieldset>
      <Roles form={form} />
      <SecondFactor form={form} />
    </>
  );
}

function Destinations(props: { form: ProviderForm }) {
  const { form } = props;
  return (
    <Fieldset legend="Where it leads">
      <Stack>
        <TextInput
          label="Organization claim"
          description="Where the provider says which organization somebody is from: member names, separated by spaces; empty: it does not"
          placeholder="hd"
          {...form.getInputProps('organizationClaim')}
        />
        {form.values.organizations.map(({ key }, index) => (
          <Group key={key} gap="sm" align="flex-end" className={classes.rule}>
            <OrganizationSelect
              label="Organization"
              {...form.getInputProps(`organizations.${index}.organizationId`)}
            />
            <TextInput
              label="For the value"
              placeholder="everybody"
              {...form.getInputProps(`organizations.${index}.claimValue`)}
            />
            <RemoveRule
              label="Take this organization away"
              onClick={() => form.removeListItem('organizations', index)}
            />
          </Group>
        ))}
        <AddRule
          label="Add an organization"
          onClick={() =>
            form.insertListItem('organizations', { key: randomId(), organizationId: '', claimValue: '' })
          }
        />
        <Switch
          label="Opens everything its people belong to"
          description="Off: its sign-ins open the organizations above and no others. On only for a provider that every organization trusts"
          {...form.getInputProps('opensEverything', { type: 'checkbox' })}
        />
      </Stack>
    </Fieldset>
  );
}

function Roles(props: { form: ProviderForm }) {
  const { form } = props;
  return (
    <Fieldset legend="As what">
      <Stack>
        <TextInput
          label="Role claim"
          description="Where the provider names roles: member names, separated by spaces"
          placeholder="realm_access roles"
          {...form.getInputProps('roleClaim')}
        />
        {form.values.roles.map(({ key }, index) => (
          <Group key={key} gap="sm" align="flex-end" className={classes.rule}>
            <TextInput label="Value there" {...form.getInputProps(`roles.${index}.value`)} />
            <NativeSelect
              label="Role here"
              data={ROLE_OPTIONS}
              {...form.getInputProps(`roles.${index}.role`)}
            />
            <RemoveRule label="Take this role away" onClick={() => form.removeListItem('roles', index)} />
          </Group>
        ))}
        <AddRule
          label="Add a role"
          onClick={() => form.insertListItem('roles', { key: randomId(), value: '', role: 'regular' })}
        />
        <NativeSelect
          label="Where no value matches"
          data={[...ROLE_OPTIONS, { value: 'none', label: 'They do not get in' }]}
          {...form.getInputProps('defaultRole')}
        />
        <Switch
          label="Roles follow the provider at each sign-in"
          description="Down as well as up"
          {...form.getInputProps('syncRoles', { type: 'checkbox' })}
        />
      </Stack>
    </Fieldset>
  );
}

/** When its sign-in stands for the second factor that an organization asks for. */
function SecondFactor(props: { form: ProviderForm }) {
  const { form } = props;
  return (
    <Fieldset legend="Second factor">
      <Stack>
        <Switch
          label="Everybody who comes from it has shown one there"
          description="Only where it asks everybody for one; otherwise what it says of each sign-in (amr) counts"
          {...form.getInputProps('trustSecondFactor', { type: 'checkbox' })}
        />
        <TextInput
          label="Classes that mean a second factor (acr)"
          description="Separated by spaces; asked for at each sign-in"
          {...form.getInputProps('secondFactorAcr')}
        />
      </Stack>
    </Fieldset>
  );
}

function AddRule(props: { label: string; onClick: () => void }) {
  return (
    <Button
      variant="subtle"
      size="compact-md"
      className={classes.add}
      leftSection={<IconPlus size={16} />}
      onClick={props.onClick}
    >
      {props.label}
    </Button>
  );
}

function RemoveRule(props: { label: string; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" size={36} aria-label={props.label} onClick={props.onClick}>
      <IconTrash size={18} />
    </ActionIcon>
  );
}
