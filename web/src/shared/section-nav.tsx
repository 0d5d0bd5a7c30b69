import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import classes from './section-nav.module.css';

export interface Section {
  readonly to: NonNullable<LinkProps['to']>;
  readonly label: string;
  /** The first page of an area, whose address all others begin with. */
  readonly exact?: true;
}

/** The pages of an area, in one line that scrolls where it is too long. */
export function SectionNav(props: { label: string; sections: readonly Section[] }) {
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On a small screen the line is longer than the window, and the page that is open may be at its end.
  useEffect(() => {
    const here = nav.current?.querySelector(`a[href="${pathname}"]`);
    here?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [pathname]);
  return (
    <nav ref={nav} className={classes.nav} aria-label={props.label}>
      {props.sections.map((section) => (
        <Link
          key={section.to}
          to={section.to}
          className={classes.section}
          activeOptions={{ exact: section.exact === true, includeSearch: false }}
        >
          {section.label}
        </Link>
      ))}
    </nav>
  );
}
