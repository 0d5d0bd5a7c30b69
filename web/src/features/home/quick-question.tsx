import { Button } from '@mantine/core';
import { IconMessageQuestion, IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { SearchField } from '../../shared/search-field.tsx';
import { useAskSession } from '../ask/ask-context.tsx';
import classes from './home-page.module.css';

/** One field, two ways on: find passages (Enter) or have the question answered. */
export function QuickQuestion() {
  const [text, setText] = useState('');
  const navigate = useNavigate();
  const asking = useAskSession();
  const q = text.trim();

  const search = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ to: '/search', search: q === '' ? {} : { q } });
  };
  const ask = () => {
    if (q !== '') asking.ask(q, undefined);
    void navigate({ to: '/ask', search: q === '' ? {} : { q } });
  };

  return (
    <form className={classes.quick} onSubmit={search}>
      <SearchField
        label="Search or ask"
        placeholder="Search or ask your documents"
        size="lg"
        maxLength={1000}
        value={text}
        onChange={setText}
      />
      <div className={classes.quickActions}>
        <Button type="submit" variant="default" leftSection={<IconSearch size={18} />}>
          Search
        </Button>
        <Button leftSection={<IconMessageQuestion size={18} />} onClick={ask}>
          Ask
        </Button>
      </div>
    </form>
  );
}
