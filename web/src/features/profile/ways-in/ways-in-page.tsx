import { PageHeader } from '../../../shared/page-header.tsx';
import { PasswordSection } from './password-section.tsx';
import { ProvidersSection } from './providers-section.tsx';

export function WaysInPage() {
  return (
    <>
      <PageHeader title="Signing in" lead="The ways in which you can sign in to your account." />
      <PasswordSection />
      <ProvidersSection />
    </>
  );
}
