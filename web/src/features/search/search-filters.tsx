import { NativeSelect, SegmentedControl } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useCollections } from '../../api/library.ts';
import { MODES, type SearchSearch } from '../../app/search-params.ts';
import { languageOptions } from '../../shared/language-select.tsx';
import { modeName } from './modes.ts';
import classes from './search-page.module.css';

const route = getRouteApi('/signed-in/search');

/** All of it stands in the address; a default is left out there. */
export function SearchFilters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const collections = useCollections();
  const change = (edit: (old: SearchSearch) => SearchSearch) =>
    void navigate({ search: edit, replace: true });

  return (
    <div className={classes.filters}>
      <SegmentedControl
        aria-label="How to search"
        data={MODES.map((mode) => ({ value: mode, label: modeName(mode) }))}
        value={search.mode ?? 'hybrid'}
        onChange={(value) => {
          const mode = MODES.find((candidate) => candidate === value);
          change(({ mode: _old, ...rest }) =>
            mode === undefined || mode === 'hybrid' ? rest : { ...rest, mode },
          );
        }}
      />
      <NativeSelect
        className={classes.choice}
        aria-label="Collection"
        data={[
          { value: '', label: 'All collections' },
          ...(collections.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={search.collection ?? ''}
        onChange={(event) => {
          const collection = event.currentTarget.value;
          change(({ collection: _old, ...rest }) => (collection === '' ? rest : { ...rest, collection }));
        }}
      />
      <NativeSelect
        className={classes.choice}
        aria-label="Language"
        data={[{ value: '', label: 'Any language' }, ...languageOptions(search.language)]}
        value={search.language ?? ''}
        onChange={(event) => {
          const language = event.currentTarget.value;
          change(({ language: _old, ...rest }) => (language === '' ? rest : { ...rest, language }));
        }}
      />
      <SegmentedControl
        aria-label="What to show"
        data={[
          { value: 'best', label: 'Best of each' },
          { value: 'all', label: 'All passages' },
        ]}
        value={search.passages ?? 'best'}
        onChange={(value) =>
          change(({ passages: _old, ...rest }) => (value === 'all' ? { ...rest, passages: 'all' } : rest))
        }
      />
    </div>
  );
}
