import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, type SpotlightActionData, type SpotlightStore } from '@mantine/spotlight';
import {
  IconBuilding,
  IconFileText,
  IconMessageQuestion,
  IconMoon,
  IconSearch,
  IconSettings,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useIsAtLeast, useMe } from '../../api/identity.ts';
import { useSources } from '../../api/library.ts';
import { useSwitchOrganization } from './organization-items.tsx';
import { OPERATOR, ORGANIZATION, usePlaces } from './places.ts';

interface Props {
  readonly store: SpotlightStore;
}

/** Pages, documents by title, and the two ways to put what was typed to the library. */
export function CommandPalette(props: Props) {
  const [query, setQuery] = useState('');
  const [settled] = useDebouncedValue(query.trim(), 150);
  const pages = usePages(query);
  const documents = useDocuments(settled);
  const asked = useQueryActions(query.trim());
  const found = [...pages, ...asked, ...documents];

  return (
    <Spotlight.Root
      store={props.store}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      attributes={{ content: { 'aria-label': 'Go to anything' } }}
      maxHeight={420}
      overlayProps={{ blur: 2, backgroundOpacity: 0.4 }}
      scrollable
    >
      <Spotlight.Search placeholder="Go to a page or a document" aria-label="Go to a page or a document" />
      <Spotlight.ActionsList>
        {found.map((action) => (
          <Spotlight.Action key={action.id} {...action} />
        ))}
        {found.length === 0 && <Spotlight.Empty>Type to find a page or a document</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function usePages(query: string): SpotlightActionData[] {
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { operator } = useMe();
  const dark = colorScheme === 'dark';
  const organizations = useOtherOrganizations();
  const here = usePlaces();
  const places: SpotlightActionData[] = [
    ...[...here, ORGANIZATION, ...(operator ? [OPERATOR] : [])].map((place) => ({
      id: place.to,
      label: place.label,
      leftSection: <place.icon size={18} />,
      onClick: () => void navigate({ to: place.to }),
    })),
    {
      id: 'profile',
      label: 'Your account',
      leftSection: <IconUserCircle size={18} />,
      onClick: () => void navigate({ to: '/profile' }),
    },
    {
      id: 'settings',
      label: 'Settings',
      leftSection: <IconSettings size={18} />,
      onClick: () => void navigate({ to: '/settings' }),
    },
    {
      id: 'appearance',
      label: dark ? 'Switch to light' : 'Switch to dark',
      leftSection: dark ? <IconSun size={18} /> : <IconMoon size={18} />,
      onClick: () => setColorScheme(dark ? 'light' : 'dark'),
    },
  ];
  const wanted = query.trim().toLocaleLowerCase();
  return [...places, ...organizations].filter((place) => place.label?.toLocaleLowerCase().includes(wanted));
}

function useOtherOrganizations(): SpotlightActionData[] {
  const { organization, organizations } = useMe();
  const switchTo = useSwitchOrganization();
  return organizations
    .filter(({ id }) => id !== organization.id)
    .map(({ id, name }) => ({
      id,
      label: `Work in ${name}`,
      leftSection: <IconBuilding size={18} />,
      onClick: () => switchTo(id),
    }));
}

function useDocuments(q: string): SpotlightActionData[] {
  const navigate = useNavigate();
  const sources = useSources(q === '' ? {} : { q }, 6);
  if (q === '') return [];
  return (sources.data?.pages[0]?.items ?? []).map((source) => ({
    id: source.id,
    label: source.title,
    description: source.fileName ?? '',
    leftSection: <IconFileText size={18} />,
    onClick: () => void navigate({ to: '/library/$sourceId', params: { sourceId: source.id } }),
  }));
}

function useQueryActions(q: string): SpotlightActionData[] {
  const navigate = useNavigate();
  const mayAsk = useIsAtLeast('regular');
  if (q === '') return [];
  const search = {
    id: 'search-for',
    label: `Search for “${q}”`,
    leftSection: <IconSearch size={18} />,
    onClick: () => void navigate({ to: '/search', search: { q } }),
  };
  const ask = {
    id: 'ask-for',
    label: `Ask “${q}”`,
    leftSection: <IconMessageQuestion size={18} />,
    onClick: () => void navigate({ to: '/ask', search: { q } }),
  };
  return mayAsk ? [search, ask] : [search];
}
