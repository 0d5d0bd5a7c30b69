import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { followEvents, type Task, type UploadAnswer } from '../../../../client/index.ts';
import { useLiveLibrary } from '../../api/live-library.ts';
import { type Session, uploadForm } from '../../api/session.ts';
import { useSession } from '../../api/session-context.tsx';
import { isActive } from '../../api/tasks.ts';
import {
  createUploadQueue,
  type SendBatch,
  type UploadQueue,
  type UploadSnapshot,
  uploadName,
} from './upload-queue.ts';

const UploadContext = createContext<UploadQueue | null>(null);

/** Uploads go on while the reader moves about the console; news about every source arrives here too. */
export function UploadProvider(props: { children: ReactNode }) {
  const session = useSession();
  const queries = useQueryClient();
  const queue = useMemo(() => {
    const send = sender(session);
    return createUploadQueue(async (...batch) => {
      const answer = await send(...batch);
      void queries.invalidateQueries({ queryKey: ['sources'] });
      return answer;
    });
  }, [session, queries]);
  useLiveLibrary(queue.applySource);
  return <UploadContext value={queue}>{props.children}</UploadContext>;
}

export function useUploadQueue(): UploadQueue {
  const queue = useContext(UploadContext);
  if (queue === null) throw new Error('useUploadQueue needs an UploadProvider above it');
  return queue;
}

export function useUploads(): UploadSnapshot {
  const queue = useUploadQueue();
  return useSyncExternalStore(queue.subscribe, queue.snapshot);
}

/** Follows the first batch that still runs; the next one follows when it is done. */
export function useBatchProgress() {
  const session = useSession();
  const queue = useUploadQueue();
  const active = useUploads().tasks.find(isActive)?.id;
  useEffect(() => {
    if (active === undefined) return;
    const stop = new AbortController();
    followTask(session, active, queue, stop.signal).catch(() => undefined);
    return () => stop.abort();
  }, [session, queue, active]);
}

async function followTask(session: Session, id: string, queue: UploadQueue, signal: AbortSignal) {
  const open = (headers: Record<string, string>) =>
    session.fetch(new Request(`/api/v1/tasks/${id}/events`, { headers, signal }));
  for await (const event of followEvents({ signal, open })) {
    if (hasTask(event.data)) queue.applyTask(event.data.task);
  }
}

function hasTask(data: unknown): data is { task: Task } {
  return typeof data === 'object' && data !== null && 'task' in data;
}

function sender(session: Session): SendBatch {
  return (files, collectionId, onProgress, signal) => {
    const form = new FormData();
    // Fields go before files: the server reads the form as it arrives.
    if (collectionId !== undefined) form.append('collectionId', collectionId);
    for (const file of files) form.append('file', file, uploadName(file));
    return uploadForm<UploadAnswer>(session, { url: '/api/v1/library/sources', form, signal, onProgress });
  };
}
