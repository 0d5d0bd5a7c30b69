import type { Source } from '../../../../client/index.ts';
import { useSourceActions } from '../../api/library.ts';
import { Confirm } from '../../shared/confirm.tsx';

export function DeleteSource(props: { source: Source | null; onClose: () => void; onDeleted?: () => void }) {
  const { remove } = useSourceActions();
  const { source, onClose, onDeleted } = props;
  const close = () => {
    remove.reset();
    onClose();
  };
  const confirm = () => {
    if (source === null) return;
    remove.mutate(source.id, {
      onSuccess: () => {
        close();
        onDeleted?.();
      },
    });
  };
  return (
    <Confirm
      opened={source !== null}
      title="Delete this document?"
      act="Delete"
      pending={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={close}
    >
      “{source?.title}” goes away with its file, all its versions and its passages. Citations of it will lead
      nowhere. This cannot be undone.
    </Confirm>
  );
}
