import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import classes from './text-link.module.css';

/** A link in running text; underlined, because colour alone tells not everybody. */
export const TextLink = createLink((props: ComponentProps<'a'>) => (
  <a
    {...props}
    className={props.className === undefined ? classes.link : `${classes.link} ${props.className}`}
  />
));
