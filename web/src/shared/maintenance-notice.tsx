import { IconTool } from '@tabler/icons-react';
import { useInstance } from '../api/instance.ts';

const MODES = {
  writes: 'Nothing can be changed at the moment.',
  everything: 'Only the operators get in at the moment.',
} as const;

/** While operators are at work: what they say, to everybody. */
export function MaintenanceNotice(props: { className: string | undefined }) {
  const maintenance = useInstance().data?.maintenance ?? null;
  if (maintenance === null) return null;
  return (
    <div className={props.className} role="status">
      <IconTool size={18} aria-hidden />
      <span>
        <strong>{MODES[maintenance.mode]}</strong> {maintenance.message}
      </span>
    </div>
  );
}
