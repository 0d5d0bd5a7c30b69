import { Link, type LinkProps } from '@tanstack/react-router';
import classes from './section-nav.module.css';

export interface Section {
  readonly to: NonNullable<LinkProps['to']>;
  readonly label: string;
  /** The first page of an area, whose address all others begin with. */
  readonly exact?: true;
}

/** The pages of an area, in one line that scrolls where it is too long. */
export function SectionNav(props: { label: string; sections: readonly Section[] }) {
  return (
    <nav className={classes.nav} aria-label={props.label}>
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
