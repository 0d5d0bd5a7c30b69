import { Alert } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Source } from '../../../../client/index.ts';
import { formatBytes, languageName, mediaName, plural } from '../../shared/format.ts';
import { isMoving, stageWords } from '../../shared/stage.ts';
import { TextLink } from '../../shared/text-link.tsx';
import classes from './reader.module.css';

interface Props {
  readonly source: Source;
  /** The one that is shown. */
  readonly version: number;
  readonly pages: number;
  /** The address names a range that this version does not have. */
  readonly misplaced: boolean;
}

export function ReaderHeading(props: Props) {
  const { source, version } = props;
  useDocumentTitle(`${source.title} · Scriptorium`);
  const facts = [
    mediaName(source.mediaType),
    ...(source.language === null ? [] : [languageName(source.language)]),
    formatBytes(source.size),
    ...(props.pages > 0 ? [plural(props.pages, 'page')] : []),
  ];
  return (
    <header className={classes.head}>
      <h1 className={classes.title} lang={source.language ?? undefined}>
        {source.title}
      </h1>
      {source.authors.length > 0 && <p className={classes.authors}>{source.authors.join(', ')}</p>}
      <p className={classes.facts}>{facts.join(' · ')}</p>
      {version < source.version && (
        <Notice>
          This is version {version}. There is a newer one:{' '}
          <TextLink to="/library/$sourceId" params={{ sourceId: source.id }}>
            read version {source.version}
          </TextLink>
        </Notice>
      )}
      {isMoving(source) && (
        <Notice>A new version is on its way: {stageWords(source.stage).toLowerCase()}.</Notice>
      )}
      {source.stage === 'failed' && source.failure !== undefined && (
        <Notice>The last attempt to process this document failed. {source.failure.message}</Notice>
      )}
      {props.misplaced && (
        <Notice>The cited passage is not in this version. Choose the version it was cited from.</Notice>
      )}
    </header>
  );
}

function Notice(props: { children: ReactNode }) {
  return (
    <Alert variant="light" icon={<IconInfoCircle size={18} />} mt="md">
      {props.children}
    </Alert>
  );
}
