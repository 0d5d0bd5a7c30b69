import { ActionIcon, Kbd, UnstyledButton } from '@mantine/core';
import { useOs } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMe } from '../../api/identity.ts';
import { Wordmark } from '../../shared/wordmark.tsx';
import { AccountMenu } from './account-menu.tsx';
import { openCommandPalette } from './command-palette-trigger.tsx';
import { OPERATOR, ORGANIZATION, type Place, usePlaces } from './places.ts';
import classes from './shell.module.css';

export function Sidebar() {
  const { operator } = useMe();
  const places = usePlaces();
  const command = useOs() === 'macos' ? '⌘' : 'Ctrl';
  return (
    <nav className={classes.sidebar} aria-label="Main">
      <Link to="/" className={classes.brand} aria-label="Scriptorium, home">
        <Wordmark />
      </Link>
      <UnstyledButton className={classes.jump} onClick={openCommandPalette}>
        <IconSearch size={16} aria-hidden />
        <span>Go to anything</span>
        <span className={classes.keys}>
          <Kbd size="xs">{command}</Kbd> <Kbd size="xs">K</Kbd>
        </span>
      </UnstyledButton>
      <div className={classes.places}>
        {places.map((place) => (
          <PlaceLink key={place.to} place={place} className={classes.place} />
        ))}
      </div>
      <div className={classes.managed}>
        <PlaceLink place={ORGANIZATION} className={classes.place} />
        {operator && <PlaceLink place={OPERATOR} className={classes.place} />}
      </div>
      <AccountMenu className={classes.account} />
    </nav>
  );
}

/** The top line on small screens. */
export function Masthead() {
  return (
    <nav className={classes.masthead} aria-label="Search and account">
      <Link to="/" className={classes.brand} aria-label="Scriptorium, home">
        <Wordmark />
      </Link>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Go to anything"
        onClick={openCommandPalette}
      >
        <IconSearch size={20} />
      </ActionIcon>
      <AccountMenu compact />
    </nav>
  );
}

/** The bottom line on small screens, in reach of a thumb. */
export function TabBar() {
  const places = usePlaces();
  return (
    <nav className={classes.tabs} aria-label="Main">
      {places.map((place) => (
        <PlaceLink key={place.to} place={place} className={classes.tab} />
      ))}
    </nav>
  );
}

function PlaceLink(props: { place: Place; className: string | undefined }) {
  const { place } = props;
  return (
    <Link
      to={place.to}
      className={props.className}
      activeOptions={{ exact: place.to === '/', includeSearch: false }}
    >
      <place.icon size={20} stroke={1.6} aria-hidden />
      <span>{place.label}</span>
    </Link>
  );
}
