import { Button, Menu } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { auditExportAddress, type Trail, useVerification } from '../../api/audit.ts';
import { useDownload } from '../../api/download.ts';
import type { AuditSearch } from '../../app/search-params.ts';
import { FormError } from '../../shared/form-error.tsx';
import { PageHeader } from '../../shared/page-header.tsx';
import type { Person } from './audit-filters.tsx';
import { filterOf } from './audit-search.ts';
import { AuditTrail } from './audit-trail.tsx';
import { Verification } from './verification.tsx';

interface Props {
  readonly trail: Trail;
  readonly title: string;
  readonly lead: string;
  readonly search: AuditSearch;
  readonly onSearch: (search: AuditSearch) => void;
  /** Whom the filter offers, and whose names are known. */
  readonly people: readonly Person[];
}

/** A whole trail: to read, to verify, to take away. */
export function TrailPage(props: Props) {
  const { trail, search } = props;
  const verification = useVerification(trail);
  return (
    <>
      <PageHeader
        title={props.title}
        lead={props.lead}
        actions={
          <>
            <Button
              variant="default"
              leftSection={<IconShieldCheck size={18} />}
              loading={verification.isPending}
              onClick={() => verification.mutate()}
            >
              Verify
            </Button>
            <ExportMenu trail={trail} search={search} />
          </>
        }
      />
      <FormError error={verification.error} />
      {verification.data !== undefined && <Verification result={verification.data} />}
      <AuditTrail trail={trail} search={search} onSearch={props.onSearch} people={props.people} />
    </>
  );
}

function ExportMenu(props: { trail: Trail; search: AuditSearch }) {
  const download = useDownload();
  const addressAs = (format: 'csv' | 'jsonl') =>
    auditExportAddress(props.trail, filterOf(props.search), format);
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button leftSection={<IconDownload size={18} />} loading={download.isPending}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => download.mutate(addressAs('csv'))}>CSV, for spreadsheets</Menu.Item>
        <Menu.Item onClick={() => download.mutate(addressAs('jsonl'))}>JSON lines, for programs</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
