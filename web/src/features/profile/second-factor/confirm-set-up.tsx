import { Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { SecondFactorSetUp } from '../../../../../client/index.ts';
import { useSecondFactorActions } from '../../../api/account.ts';
import { fieldErrors } from '../../../shared/field-errors.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { SecretOnce } from '../../../shared/secret-once.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import classes from '../profile.module.css';

interface Props {
  readonly setUp: SecondFactorSetUp;
  readonly onCodes: (codes: readonly string[]) => void;
}

/** The secret goes into the authenticator, and a code of it shows that it has arrived there. */
export function ConfirmSetUp(props: Props) {
  const { setUp } = props;
  return (
    <SettingsSection title="Set it up">
      <ol className={classes.steps}>
        <li>
          Scan this with your authenticator.
          <img className={classes.qr} src={dataUri(setUp.qrSvg)} alt="The code for your authenticator" />
          <SecretOnce label="Secret" value={setUp.secret}>
            Or type the secret into it. Keep it to yourself: it is not shown again.
          </SecretOnce>
        </li>
        <li>
          Give the six digits that it shows now.
          <CodeForm onCodes={props.onCodes} />
        </li>
      </ol>
    </SettingsSection>
  );
}

function CodeForm(props: { onCodes: (codes: readonly string[]) => void }) {
  const { confirm } = useSecondFactorActions();
  const form = useForm({
    initialValues: { code: '' },
    validate: { code: (code) => (/^\d{6}$/.test(code.replaceAll(/\s/g, '')) ? null : 'Enter six digits') },
  });
  const submit = form.onSubmit(({ code }) =>
    confirm.mutate(code.replaceAll(/\s/g, ''), {
      onSuccess: ({ recoveryCodes }) => props.onCodes(recoveryCodes),
      onError: (error) => form.setErrors(fieldErrors(error)),
    }),
  );
  const refusal = confirm.error !== null && form.errors.code === undefined ? confirm.error : null;
  return (
    <form noValidate className={classes.form} onSubmit={submit}>
      <Stack mt="sm">
        <FormError error={refusal} />
        <TextInput
          label="Code"
          inputMode="numeric"
          autoComplete="one-time-code"
          {...form.getInputProps('code')}
        />
        <div>
          <Button type="submit" loading={confirm.isPending}>
            Switch it on
          </Button>
        </div>
      </Stack>
    </form>
  );
}

/** As an image, never as markup of the page: an SVG document can hold scripts, and an image runs none. */
function dataUri(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}
