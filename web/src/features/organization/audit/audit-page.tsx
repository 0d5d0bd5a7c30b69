import { Button, Menu } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { auditExportAddress, useVerification } from '../../../api/audit.ts';
import { useDownload } from '../../../api/download.ts';
import { useMembers } from '../../../api/organization.ts';
import { itemsOf } from '../../../api/pages.ts';
import type { AuditSearch } from '../../../app/search-params.ts';
import { FormError } from '../../../shared/form-error.tsx';
import { PageHeader } from '../../../shared/page-header.tsx';
import { filterOf } from '../../audit/audit-search.ts';
import { AuditTrail } from '../../audit/audit-trail.tsx';
import { Verification } from '../../audit/verification.tsx';

const route = getRouteApi('/signed-in/organization/audit');

export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const members = useMembers();
  const verification = useVerification();
  return (
    <>
      <PageHeader
        title="Audit trail"
        lead="Who did what here, newest first. Nobody can change or remove an event."
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
            <ExportMenu search={search} />
          </>
        }
      />
      <FormError error={verification.error} />
      {verification.data !== undefined && <Verification result={verification.data} />}
      <AuditTrail
        trail="organization"
        search={search}
        onSearch={(next) => void navigate({ search: next, replace: true })}
        people={itemsOf(members.data)}
      />
    </>
  );
}

function ExportMenu(props: { search: AuditSearch }) {
  const download = useDownload();
  const filter = filterOf(props.search);
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button leftSection={<IconDownload size={18} />} loading={download.isPending}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => download.mutate(auditExportAddress(filter, 'csv'))}>
          CSV, for spreadsheets
        </Menu.Item>
        <Menu.Item onClick={() => download.mutate(auditExportAddress(filter, 'jsonl'))}>
          JSON lines, for programs
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
