import { ActionIcon, Drawer, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowLeft, IconChevronDown, IconChevronUp, IconDownload, IconList } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { KeyboardEvent } from 'react';
import type { Source } from '../../../../client/index.ts';
import { SearchField } from '../../shared/search-field.tsx';
import { Contents } from './contents.tsx';
import type { OutlineEntry, PageMark } from './layout.ts';
import classes from './reader.module.css';
import type { Find } from './use-find.ts';
import { VersionSelect } from './version-select.tsx';

interface Props {
  readonly source: Source;
  readonly find: Find;
  readonly outline: readonly OutlineEntry[];
  readonly pages: readonly PageMark[];
  readonly here: number;
}

export function ReaderToolbar(props: Props) {
  const { source } = props;
  const [contents, drawer] = useDisclosure();
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Document">
      <Tooltip label="Back to the library">
        <ActionIcon
          component={Link}
          to="/library"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Back to the library"
        >
          <IconArrowLeft size={20} />
        </ActionIcon>
      </Tooltip>
      <FindField find={props.find} />
      <VersionSelect source={source} />
      <Tooltip label="Download the original">
        <ActionIcon
          component="a"
          href={`/api/v1/library/sources/${source.id}/file`}
          download
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Download the original"
        >
          <IconDownload size={20} />
        </ActionIcon>
      </Tooltip>
      <ActionIcon
        className={classes.contentsButton}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Contents"
        onClick={drawer.open}
      >
        <IconList size={20} />
      </ActionIcon>
      <Drawer opened={contents} onClose={drawer.close} title="Contents" position="right" size="sm">
        <Contents outline={props.outline} pages={props.pages} here={props.here} onChosen={drawer.close} />
      </Drawer>
    </div>
  );
}

function FindField(props: { find: Find }) {
  const { find } = props;
  const step = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    find.step(event.shiftKey ? -1 : 1);
  };
  return (
    <div className={classes.find}>
      <SearchField
        label="Find in this document"
        placeholder="Find in this document"
        size="sm"
        maxLength={200}
        className={classes.findField}
        value={find.query}
        onChange={find.setQuery}
        onKeyDown={step}
      />
      <span className={classes.findSummary} role="status">
        {find.summary}
      </span>
      {find.hits.length > 0 && (
        <>
          <ActionIcon variant="subtle" color="gray" aria-label="Previous hit" onClick={() => find.step(-1)}>
            <IconChevronUp size={18} />
          </ActionIcon>
          <ActionIcon variant="subtle" color="gray" aria-label="Next hit" onClick={() => find.step(1)}>
            <IconChevronDown size={18} />
          </ActionIcon>
        </>
      )}
    </div>
  );
}
