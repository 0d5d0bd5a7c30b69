import { Dropzone } from '@mantine/dropzone';
import '@mantine/dropzone/styles.css';
import { IconBooks } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { useIsAtLeast } from '../../api/identity.ts';
import { useUploadQueue } from './upload-context.tsx';
import classes from './upload-surface.module.css';
import { UploadTray } from './upload-tray.tsx';

/** Takes files and folders dropped anywhere, into the collection that is open, and shows what becomes of them. */
export function UploadSurface() {
  const queue = useUploadQueue();
  const search = useSearch({ strict: false });
  const mayEdit = useIsAtLeast('power');
  return (
    <>
      <Dropzone.FullScreen
        active={mayEdit}
        withinPortal={false}
        onDrop={(files) => queue.add(files, search.collection)}
        classNames={{ inner: classes.inner }}
      >
        <IconBooks size={48} stroke={1.2} aria-hidden />
        <p className={classes.invitation}>Let go to add them to the library</p>
        <p className={classes.formats}>PDF, Word, EPUB, HTML, Markdown, text; folders too</p>
      </Dropzone.FullScreen>
      <UploadTray />
    </>
  );
}
