import { PageHeader } from '../../../shared/page-header.tsx';
import { SecondFactorSection } from './second-factor-section.tsx';
import { SingleSignOnSection } from './single-sign-on-section.tsx';

export function AccessPage() {
  return (
    <>
      <PageHeader title="Signing in" lead="What it takes to get into this organization." />
      <SecondFactorSection />
      <SingleSignOnSection />
    </>
  );
}
