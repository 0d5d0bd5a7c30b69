import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { SecondFactor } from '../../../../../client/index.ts';
import { formatDate, plural } from '../../../shared/format.ts';
import { Status } from '../../../shared/rows.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import classes from '../profile.module.css';
import { RemoveFactorDialog } from './remove-factor-dialog.tsx';
import { RenewCodesDialog } from './renew-codes-dialog.tsx';

interface Props {
  readonly factor: SecondFactor;
  readonly onCodes: (codes: readonly string[]) => void;
}

/** It is on: how many recovery codes are left, new ones, and the way to switch it off. */
export function EnabledFactor(props: Props) {
  const { confirmedAt, recoveryCodesLeft } = props.factor;
  const [renewing, renew] = useDisclosure();
  const [removing, remove] = useDisclosure();
  return (
    <SettingsSection title="It is on">
      <p className={classes.fact}>
        <Status tone={recoveryCodesLeft > 2 ? 'good' : 'warning'}>
          {confirmedAt === null ? '' : `Since ${formatDate(confirmedAt)}, with `}
          {plural(recoveryCodesLeft, 'recovery code')} left
        </Status>
      </p>
      <Group gap="sm">
        <Button variant="default" onClick={renew.open}>
          New recovery codes…
        </Button>
        <Button color="rubric" variant="light" onClick={remove.open}>
          Switch off…
        </Button>
      </Group>
      {renewing && (
        <RenewCodesDialog
          onClose={renew.close}
          onCodes={(codes) => {
            renew.close();
            props.onCodes(codes);
          }}
        />
      )}
      {removing && <RemoveFactorDialog onClose={remove.close} />}
    </SettingsSection>
  );
}
