import { NativeSelect } from '@mantine/core';
import { languageName } from './format.ts';

/** The languages that search segments and stems; any other tag that is set already is offered too. */
const LANGUAGES = [
  'en',
  'fr',
  'de',
  'es',
  'it',
  'nl',
  'pt',
  'sv',
  'da',
  'nb',
  'fi',
  'ru',
  'tr',
  'ro',
  'hu',
  'zh',
  'ja',
  'ko',
  'th',
  'ar',
];

interface Props {
  readonly label: string;
  readonly description?: string;
  readonly value: string | null;
  readonly onChange: (tag: string | null) => void;
}

/** For a select, by name; with `present`, which may be another tag. */
export function languageOptions(present: string | undefined): { value: string; label: string }[] {
  const tags = present === undefined || LANGUAGES.includes(present) ? LANGUAGES : [present, ...LANGUAGES];
  return tags
    .map((tag) => ({ value: tag, label: languageName(tag) }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

export function LanguageSelect(props: Props) {
  return (
    <NativeSelect
      label={props.label}
      description={props.description}
      data={[
        { value: '', label: 'Recognise it from the text' },
        ...languageOptions(props.value ?? undefined),
      ]}
      value={props.value ?? ''}
      onChange={(event) =>
        props.onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)
      }
    />
  );
}
