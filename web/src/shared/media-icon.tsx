import {
  IconBook2,
  IconFileText,
  IconFileTypeDocx,
  IconFileTypePdf,
  IconMarkdown,
  type IconProps,
  IconWorld,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { mediaName } from './format.ts';

const ICONS: Readonly<Record<string, ComponentType<IconProps>>> = {
  'application/pdf': IconFileTypePdf,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': IconFileTypeDocx,
  'application/epub+zip': IconBook2,
  'text/html': IconWorld,
  'text/markdown': IconMarkdown,
};

export function MediaIcon(props: { mediaType: string; size?: number }) {
  const Icon = ICONS[props.mediaType] ?? IconFileText;
  return <Icon size={props.size ?? 22} stroke={1.5} role="img" aria-label={mediaName(props.mediaType)} />;
}
