import { Link } from '@tanstack/react-router';
import type { Source } from '../../../../client/index.ts';
import { formatAgo, languageName } from '../../shared/format.ts';
import { MediaIcon } from '../../shared/media-icon.tsx';
import { stageWords } from '../../shared/stage.ts';
import classes from './home-page.module.css';

export function RecentSources(props: { sources: readonly Source[] }) {
  return (
    <section aria-labelledby="recent-title">
      <h2 id="recent-title" className={classes.sectionTitle}>
        Lately added
      </h2>
      <ul className={classes.recent}>
        {props.sources.map((source) => (
          <li key={source.id}>
            <Link to="/library/$sourceId" params={{ sourceId: source.id }} className={classes.recentLink}>
              <MediaIcon mediaType={source.mediaType} />
              <span className={classes.recentTitle}>{source.title}</span>
              <span className={classes.recentMeta}>{metaOf(source)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function metaOf(source: Source): string {
  if (source.stage !== 'ready') return stageWords(source.stage);
  const ago = formatAgo(source.createdAt, Date.now());
  return source.language === null ? ago : `${languageName(source.language)} · ${ago}`;
}
