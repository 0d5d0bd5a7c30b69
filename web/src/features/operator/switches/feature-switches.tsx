import { NativeSelect } from '@mantine/core';
import type { Feature } from '../../../../../client/index.ts';
import { useSwitches } from '../../../api/operator.ts';
import { ErrorState } from '../../../shared/error-state.tsx';
import { Row, RowAbout, Rows } from '../../../shared/rows.tsx';
import { Waiting } from '../../../shared/waiting.tsx';
import classes from '../operator.module.css';

const NAMES: Readonly<Record<Feature['feature'], string>> = {
  registration: 'Making accounts',
  apiKeys: 'API keys',
  invitations: 'Invitations',
  uploads: 'Adding documents',
  ask: 'Questions',
  exports: 'Archives',
};

/** What is on: for the whole instance (null), or for one organization, whose word goes first. */
export function FeatureSwitches(props: { organizationId: string | null }) {
  const { features, set } = useSwitches(props.organizationId);
  if (features.isPending) return <Waiting label="Loading the switches" rowHeight={70} />;
  if (features.isError) {
    return <ErrorState error={features.error} onRetry={() => void features.refetch()} />;
  }
  const fallback = props.organizationId === null ? 'As delivered' : 'As the instance';
  return (
    <Rows label="Switches" className={classes.switches}>
      {features.data.map((feature) => (
        <Row key={feature.feature} data-feature={feature.feature}>
          <RowAbout
            title={NAMES[feature.feature]}
            meta={feature.description}
            error={set.variables?.feature === feature.feature ? set.error : null}
          />
          <NativeSelect
            aria-label={`${NAMES[feature.feature]}: on or off`}
            data={[
              {
                value: 'none',
                label: feature.setting === null ? `${fallback}: ${onOff(feature.on)}` : fallback,
              },
              { value: 'on', label: 'On' },
              { value: 'off', label: 'Off' },
            ]}
            value={feature.setting === null ? 'none' : feature.setting ? 'on' : 'off'}
            disabled={set.isPending}
            onChange={(event) => {
              const { value } = event.currentTarget;
              set.mutate({ feature: feature.feature, on: value === 'none' ? null : value === 'on' });
            }}
          />
        </Row>
      ))}
    </Rows>
  );
}

function onOff(on: boolean): string {
  return on ? 'on' : 'off';
}
