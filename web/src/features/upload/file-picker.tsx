import { type ReactNode, useRef } from 'react';
import { useUploadQueue } from './upload-context.tsx';

/** What the file dialog offers first; the server decides by content, so anything may be tried. */
export const ACCEPTED = '.pdf,.docx,.epub,.html,.htm,.md,.markdown,.txt,.text';

interface Props {
  readonly collectionId: string | undefined;
  /** Draws the button that opens the dialog. */
  readonly children: (open: () => void) => ReactNode;
}

export function FilePicker(props: Props) {
  const queue = useUploadQueue();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        data-file-picker
        onChange={(event) => {
          queue.add([...(event.currentTarget.files ?? [])], props.collectionId);
          // The same file may be chosen again, for instance after it was mended.
          event.currentTarget.value = '';
        }}
      />
      {props.children(() => input.current?.click())}
    </>
  );
}
