import { PageHeader } from '../../../shared/page-header.tsx';
import classes from '../operator.module.css';
import { FeatureSwitches } from './feature-switches.tsx';
import { Maintenance } from './maintenance.tsx';

export function SwitchesPage() {
  return (
    <>
      <PageHeader
        title="Switches"
        lead="Close the instance for a while, or switch parts of the product off for everybody."
      />
      <Maintenance />
      <h2 className={classes.subtitle}>For everybody</h2>
      <FeatureSwitches organizationId={null} />
    </>
  );
}
